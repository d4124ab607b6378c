"""References come from a sequence a prefix, made when first asked for; counters in use go on."""

from django.db import migrations

_FUNCTION = """
create function remit_next_number(prefix text) returns bigint language plpgsql
  set search_path = public, pg_temp
as $$
declare
  -- the prefix ends up in a name
  named text := 'remit_number_' || lower(prefix);
begin
  if prefix !~ '^[A-Z]{1,12}$' then
    raise exception 'remit: % is no prefix of a reference', prefix using errcode = 'invalid_parameter_value';
  end if;
  if to_regclass(named) is null then
    -- two who ask first would both make it
    perform pg_advisory_xact_lock(hashtext(named));
    execute format('create sequence if not exists %I', named);
  end if;
  return nextval(named::regclass);
end $$;

do $$
declare counter record;
begin
  for counter in select prefix, last from ledger_numbering loop
    execute format('create sequence %I start %s', 'remit_number_' || lower(counter.prefix), counter.last + 1);
  end loop;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_every_model")]

    operations = [
        migrations.RunSQL(_FUNCTION, migrations.RunSQL.noop),
        migrations.DeleteModel("Numbering"),
    ]
