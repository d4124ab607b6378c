-- Refuses roles that do not go together (data/segregation.yaml), whoever writes them and by whatever way they come:
-- given to the person, to a group, by standing in for who is absent, or through the emergency door.
create or replace function people_roles_apart(people uuid[]) returns void language plpgsql as $$
declare
  clash record;
begin
  with whose(id) as (
    select unnest(people) union select user_id from people_absence where deputy_id = any(people)
  ), given(user_id, role, period) as (
    select user_id, role, tstzrange(valid_from, valid_to) from people_roleassignment
    where user_id in (select id from whose)
    union all
    select m.user_id, r.role, tstzrange(m.valid_from, m.valid_to) * tstzrange(r.valid_from, r.valid_to)
    from people_membership m join people_grouprole r on r.group_id = m.group_id
    where m.user_id in (select id from whose)
  ), held(user_id, role, period) as (
    select user_id, role, period from given where user_id = any(people)
    union all
    select a.deputy_id, g.role, g.period * tstzrange(a.valid_from, least(a.valid_to,
      case when a.cancelled_at is not null then greatest(a.valid_from, a.cancelled_at) end))
    from people_absence a join given g on g.user_id = a.user_id
    where a.deputy_id = any(people)
    union all
    select user_id, role, tstzrange(opened_at, coalesce(closed_at, expires_at)) from people_breakglass
    where user_id = any(people)
  ), apart(first, other) as (values {pairs})
  select u.name, a.role as first, b.role as other into clash
  from apart p
  join held a on a.role = p.first
  join held b on b.role = p.other and b.user_id = a.user_id and b.period && a.period
  join people_user u on u.id = a.user_id
  limit 1;
  if found then
    raise exception '% may not hold % and % together', clash.name, clash.first, clash.other
      using errcode = 'check_violation', constraint = 'people_roles_apart';
  end if;
end $$;

create or replace function people_check_roles_apart() returns trigger language plpgsql as $$
declare
  people uuid[];
begin
  case tg_table_name
    when 'people_grouprole' then
      select array_agg(m.user_id) into people from people_membership m where m.group_id = new.group_id;
    when 'people_absence' then people := array[new.deputy_id];
    else people := array[new.user_id];
  end case;
  -- and whoever stands in for them
  select array_agg(distinct p) into people from (
    select unnest(people) union
    select deputy_id from people_absence where user_id = any(people) and cancelled_at is null) s(p);
  perform people_roles_apart(people);
  return null;
end $$;
