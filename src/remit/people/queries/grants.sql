-- The roles that people hold at %(at)s: given to them, to a group of theirs, by standing in for who is absent, or
-- through the emergency door. One row a role; a role in a unit comes with the units it reaches.
with recursive stands_in(who, id, name) as (
  select a.deputy_id, a.user_id, u.name from people_absence a join people_user u on u.id = a.user_id
  where a.valid_from <= %(at)s and a.valid_to > %(at)s and a.cancelled_at is null and u.is_active
), answers(who, id, via, name) as (
  select id, id, 'own', '' from people_user where %(who)s::uuid[] is null and is_active or id = any(%(who)s)
  union all
  select who, id, 'deputy', name from stands_in where %(who)s::uuid[] is null or who = any(%(who)s)
), held(who, role, unit_id, subject_id, ends, via, name) as (
  select s.who, a.role, a.unit_id, a.subject_id, a.valid_to, s.via, s.name
  from answers s join people_roleassignment a on a.user_id = s.id
  where a.valid_from <= %(at)s and (a.valid_to is null or a.valid_to > %(at)s)
  union all
  select s.who, r.role, r.unit_id, null, least(r.valid_to, m.valid_to),
         case s.via when 'own' then 'group' else s.via end, case s.via when 'own' then g.name else s.name end
  from answers s
  join people_membership m on m.user_id = s.id
  join people_group g on g.id = m.group_id
  join people_grouprole r on r.group_id = g.id
  where m.valid_from <= %(at)s and (m.valid_to is null or m.valid_to > %(at)s)
    and r.valid_from <= %(at)s and (r.valid_to is null or r.valid_to > %(at)s)
    and (g.removed_at is null or g.removed_at > %(at)s)
  union all
  select user_id, role, null, null, expires_at, 'emergency', reference from people_breakglass
  where (%(who)s::uuid[] is null or user_id = any(%(who)s)) and opened_at <= %(at)s and expires_at > %(at)s
    and (closed_at is null or closed_at > %(at)s)
), reach(root, id) as (
  select id, id from people_unit where id in (select unit_id from held where %(role)s::text is null or role = %(role)s)
  union
  select reach.root, u.id from people_unit u join reach on u.parent_id = reach.id
)
select who, role, unit_id, case when unit_id is not null then array(select id from reach where root = unit_id) end,
       subject_id, ends, via, name
from held where %(role)s::text is null or role = %(role)s order by role, via, name
