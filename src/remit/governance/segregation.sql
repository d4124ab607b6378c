-- Refuses who did one duty on a version from doing another on it (people's data/segregation.yaml), and copies of the
-- owner or developer that are not true. Whoever stands in for somebody at the time is held to the same.
create or replace function governance_apart(duty text, of_version uuid, of_person uuid, at timestamptz)
returns void language plpgsql as $$
declare
  refused text;
begin
  select a.first into refused
  from inventory_version v
  join inventory_model m on m.id = v.model_id
  join inventory_usecase u on u.id = m.use_case_id
  cross join lateral (values ('develop', v.developer_id), ('own', u.owner_id)) done(first, person)
  join (values {pairs}) a(first, other) on a.first = done.first and a.other = duty
  where v.id = of_version and (done.person = of_person or exists (
    select 1 from people_absence s
    where s.user_id = done.person and s.deputy_id = of_person
      and s.valid_from <= at and s.valid_to > at and (s.cancelled_at is null or s.cancelled_at > at)))
  limit 1;
  if found then
    raise exception 'the duties % and % are kept apart', refused, duty
      using errcode = 'check_violation', constraint = 'governance_duties_apart';
  end if;
end $$;

-- the owner of a use case at an instant is its present one, or whom its standing names for that instant
create or replace function governance_true_owner(of_use_case uuid, named uuid, at timestamptz)
returns void language plpgsql as $$
begin
  if not exists (select 1 from inventory_usecase where id = of_use_case and owner_id = named)
     and not exists (select 1 from inventory_standing
                     where use_case_id = of_use_case and owner_id = named and known_to is null
                       and valid_from <= at and (valid_to is null or valid_to >= at)) then
    raise exception 'somebody else answers for the use case'
      using errcode = 'check_violation', constraint = 'governance_true_owner';
  end if;
end $$;

create or replace function governance_check_approval() returns trigger language plpgsql as $$
begin
  perform governance_apart(new.kind, new.version_id, new.person_id, new.decided_at);
  if tg_op = 'INSERT' then
    perform governance_true_owner(m.use_case_id, new.owner_id, new.decided_at)
    from inventory_version v join inventory_model m on m.id = v.model_id where v.id = new.version_id;
  elsif new is distinct from old then
    raise exception 'an approval does not change' using errcode = 'check_violation', constraint = 'governance_approval_fixed';
  end if;
  return null;
end $$;

create or replace function governance_check_remit() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform governance_apart('issue_remit', new.version_id, new.issued_by_id, new.issued_at);
    perform governance_true_owner(new.use_case_id, new.accountable_id, new.issued_at);
  end if;
  return null;
end $$;

create or replace function governance_check_exception() returns trigger language plpgsql as $$
begin
  if new.approved_by_id is not null then
    perform governance_apart('approve_exception', new.version_id, new.approved_by_id, new.approved_at);
  end if;
  return null;
end $$;

create or replace function governance_check_finding() returns trigger language plpgsql as $$
begin
  if new.closed_by_id is not null and (tg_op = 'INSERT' or old.closed_by_id is distinct from new.closed_by_id) then
    perform governance_apart('close_finding', new.version_id, new.closed_by_id, new.closed_at);
  end if;
  return null;
end $$;
