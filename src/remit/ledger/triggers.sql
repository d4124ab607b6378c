-- The capture of governed tables and the append-only rule of the ledger's own.
-- Run by every `migrate`: each statement replaces what is there.

create or replace function remit_capture() returns trigger language plpgsql
  -- the text that is hashed must not depend on the session that writes it
  set timezone = 'UTC' set bytea_output = 'hex' set intervalstyle = 'postgres' set search_path = public, pg_temp
as $$
declare
  acting text := nullif(current_setting('remit.actor', true), '');
  doing text := nullif(current_setting('remit.action', true), '');
  why text := coalesce(current_setting('remit.reason', true), '');
  hidden text[] := tg_argv[1:];
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - hidden end;
  becomes jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - hidden end;
  content text;
  entry bigint;
begin
  if was = becomes then
    return null;
  end if;
  if acting is null or doing is null then
    raise exception 'remit: % on % outside an action', lower(tg_op), tg_table_name
      using errcode = 'restrict_violation',
            hint = 'Governed rows change only through an action, which names who acts.';
  end if;
  if tg_op = 'UPDATE' and was ->> tg_argv[0] <> becomes ->> tg_argv[0] then
    raise exception 'remit: the key of a row of % may not change', tg_table_name
      using errcode = 'restrict_violation';
  end if;
  -- the nonce keeps an erased payload from being guessed by its digest
  content := jsonb_build_object('before', was, 'after', becomes, 'reason', why, 'nonce', gen_random_uuid())::text;
  insert into ledger_entry (occurred_at, recorded_at, actor, action, reason, table_name, operation, object_id,
                            payload_sha256)
  values (coalesce(nullif(current_setting('remit.occurred_at', true), '')::timestamptz, clock_timestamp()),
          clock_timestamp(), acting, doing, why, tg_table_name, lower(tg_op),
          (coalesce(becomes, was) ->> tg_argv[0])::uuid,
          encode(sha256(convert_to(content, 'UTF8')), 'hex'))
  returning id into entry;
  insert into ledger_payload (entry_id, body) values (entry, content);
  insert into ledger_pending (entry_id) values (entry);
  return null;
end $$;

create or replace function remit_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'remit: % is append-only: % is not possible', tg_table_name, lower(tg_op)
    using errcode = 'restrict_violation';
end $$;
