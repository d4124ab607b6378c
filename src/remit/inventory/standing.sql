-- Writes how the models of some use cases stand, where that differs from what is believed, as so from
-- %(since)s on (now, if null). What stood until now ends. Where the past is corrected, the row that turned out
-- wrong stays with the time until which it was believed, and a shorter one takes its place.
with stage(id, rank) as (
  select * from unnest(%(stages)s::text[]) with ordinality
), subject as materialized (
  select coalesce(m.id, u.id) as subject_id, u.id as use_case_id, m.id as model_id, v.id as version_id,
         coalesce(m.reference, u.reference) as reference, u.key, coalesce(m.name, u.name) as title,
         u.name as use_case_name, coalesce(v.number, '') as version_number, coalesce(m.kind, u.kind) as kind, u.tier,
         coalesce(v.stage, case when m.id is null then 'intake' else 'development' end) as stage,
         n.id as unit_id, n.name as unit_name, o.id as owner_id, o.name as owner_name, o.is_active as owner_active,
         coalesce(m.built_in, '') as built_in, coalesce(w.name, '') as vendor_name,
         array(select jsonb_array_elements_text(u.regulations))::varchar[] as regulations,
         coalesce(m.tags, '{{}}') as tags,
         u.planned_value_a_year, u.currency, coalesce(t.remit_number, '') as remit_number,
         coalesce(t.remit_state, '') as remit_state, t.remit_from, t.remit_until, coalesce(t.health, '') as health,
         ' ' || lower(concat_ws(' ', m.name, u.name, m.reference, u.reference, o.name, n.name, m.built_in, w.name,
                         (select string_agg(r, ' ') from jsonb_array_elements_text(u.regulations) r),
                         array_to_string(m.tags, ' '))) as words,
         jsonb_build_object('use_case', to_jsonb(u), 'model', to_jsonb(m), 'version', to_jsonb(v)) as known
  from inventory_usecase u
  join people_unit n on n.id = u.unit_id
  join people_user o on o.id = u.owner_id
  left join inventory_model m on m.use_case_id = u.id
  left join inventory_vendor w on w.id = m.vendor_id
  left join lateral (
    select id, number, stage, summary, code_reference, training_data_id, details from inventory_version x
    where x.model_id = m.id
    order by case when x.stage in ('in_business', 'under_review') then 0
                  when x.stage in ('retired', 'archived') then 2 else 1 end, x.registered_at desc, x.id desc
    limit 1) v on true
  left join inventory_versionnote t on t.version_id = v.id
  where u.id = any(%(use_cases)s)
), asked as (
  select s.subject_id, f.name, coalesce(f.value, 'null') in ('null', '""', '[]', '{{}}') as empty
  from subject s
  join stage on stage.id = s.stage
  cross join lateral (
    select r ->> 'field' as name, r ->> 'from' as since,
           s.known -> (r ->> 'of') #> string_to_array(r ->> 'field', '.') as value
    from jsonb_array_elements(%(required)s::jsonb) r
    where s.known -> (r ->> 'of') <> 'null' and (r -> 'kinds' is null or r -> 'kinds' ? s.kind)
    union all
    select d.key, d.required_from, s.known -> d.of::text -> 'custom' -> d.key::text
    from inventory_fielddefinition d
    where d.retired_at is null and d.type <> 'computed' and d.required_from <> ''
      and s.known -> d.of::text <> 'null'
      and (d.kinds = '{{}}' or s.kind = any(d.kinds)) and (d.unit_id is null or d.unit_id in (
        with recursive up(id) as (
          select s.unit_id union select n.parent_id from up join people_unit n on n.id = up.id
        ) select id from up))
  ) f
  join stage since on since.id = f.since
  where since.rank <= stage.rank
), complete as (
  select subject_id, coalesce(array_agg(name order by name) filter (where empty), '{{}}') as missing,
         round(100.0 * count(*) filter (where not empty) / count(*)) as share
  from asked group by subject_id
), fresh as materialized (
  select {columns} from (
    select s.*, coalesce(c.missing, '{{}}')::varchar[] as missing, coalesce(c.share, 100) as completeness
    from subject s left join complete c using (subject_id)) whole
), moment as (
  -- clocks of two machines differ; what one of them wrote is never known later than what corrects it
  select coalesce(%(since)s::timestamptz, n.now) as since, n.now
  from (select greatest(%(now)s::timestamptz, max(known_from)) as now from inventory_standing
        where use_case_id = any(%(use_cases)s) and known_to is null) n
), believed as materialized (
  select s.*, moment.since, moment.now from inventory_standing s, moment
  where use_case_id = any(%(use_cases)s) and known_to is null and (valid_to is null or valid_to > moment.since)
), wrong as materialized (
  select b.*, b.valid_to is null and b.valid_from < b.since and b.since = b.now as ends_now
  from believed b left join fresh f using (subject_id)
  where f.subject_id is null or b.valid_to is not null or b.valid_from > b.since
     or ({of_believed}) is distinct from ({of_fresh})
), ended as (
  update inventory_standing x set valid_to = w.since, written = {transaction}
  from wrong w where x.id = w.id and w.ends_now
), disbelieved as (
  update inventory_standing x set known_to = w.now, written = {transaction}
  from wrong w where x.id = w.id and not w.ends_now
), shortened as (
  insert into inventory_standing (id, {columns}, valid_from, valid_to, known_from, written)
  select gen_random_uuid(), {columns}, valid_from, since, now, {transaction} from wrong
  where not ends_now and valid_from < since
)
insert into inventory_standing (id, {columns}, valid_from, known_from, written)
select gen_random_uuid(), {columns}, moment.since, moment.now, {transaction} from fresh, moment
where subject_id not in (select subject_id from believed where id not in (select id from wrong))
