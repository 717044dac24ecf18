-- Gives jobs the keys that a drainer has computed: they become what an enqueue with these keys would have made them. Of
-- those that come together under one key, as many of each name as may run become ready, as in store_jobs. A job that is
-- no longer unkeyed is left: another drainer has computed its key, and it may be running. So is one that was changed since it was read: its
-- payload may be another one.
--   p_keys   a list of objects: id; key, or none if the definition has no concurrency limit; rateKey, in the same way; furtherKeys, one for each of its further
--            limits, of which those are taken that it lacks; version: of the row, as read_unkeyed returned it, or none; failed: whether
--            a key could not be computed. Such a job keeps its limits without keys, which says that it is to fail when it is performed
--   returns  how many were given a key, or none
create or replace function set_keys(p_keys json) returns integer
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_paused text[] := paused('queue');
  v_keyed bigint[];
  v_several bigint[]; -- those with further keys
begin
  with given as materialized (
    select g.id, g.key, g."rateKey" as rate_key, g."furtherKeys" as further_keys, g.version, coalesce(g.failed, false) as failed
    from json_to_recordset(p_keys) g (id bigint, key text, "rateKey" text, "furtherKeys" text[], version text, failed boolean)
  ), unkeyed as materialized (
    select g.id, g.failed, coalesce(j.concurrency_key, case when j.concurrency_limit is not null then g.key end) as key,
           coalesce(j.rate_key, case when (j.rate).starts is not null then g.rate_key end) as rate_key,
           array(select coalesce(l.has, l.given) from unnest(j.further_keys, g.further_keys) with ordinality l (has, given, place)
                 where l.place <= cardinality(j.further_keys) order by l.place) as further_keys, j.name, j.priority, j.run_at,
           j.queue = any (v_paused) as is_paused
    from given g, lateral (
      select j.* from jobs j where j.id = g.id and j.xmin::text = coalesce(g.version, j.xmin::text) and j.state = 'unkeyed' limit 1 for no key update skip locked) j
  ), placed as materialized (
    select u.*, row_number() over (partition by u.key, u.name, u.is_paused order by u.priority, u.run_at, u.id) as place,
           row_number() over (partition by u.rate_key, u.name, u.is_paused order by u.priority, u.run_at, u.id) as rate_place
    from unkeyed u
  ), keyed as (
    update jobs j set
      concurrency_key = p.key,
      concurrency_limit = case when p.key is not null or p.failed then j.concurrency_limit end,
      holds_key = case when p.key is not null or p.failed then j.holds_key end,
      further_keys = case when j.further_keys is not null then p.further_keys end,
      features = features_of(p.key, j.has_progress, j.payload_day, p.rate_key, j.waiting_key, j.is_awaited, j.has_dependents, j.further_keys,
                             case when p.key is not null or p.failed then j.holds_key end),
      waits_for = null, -- a key that the job had before it was replaced
      rate_key = p.rate_key,
      rate = case when p.rate_key is not null or p.failed then j.rate end,
      state = case when p.is_paused then 'paused' when p.key is not null and j.holds_key is null and p.place > j.concurrency_limit then 'blocked'
                   when p.rate_key is not null and p.rate_place > (j.rate).burst then 'throttled'
                   when j.suspect_group is null then 'ready' else 'suspect' end
    from placed p where j.id = p.id
    returning j.id, j.further_keys
  )
  select coalesce(array_agg(k.id), '{}'), array_agg(k.id) filter (where k.further_keys is not null) into v_keyed, v_several from keyed k;
  if v_several is not null then
    perform note_further_keys(v_several);
  end if;
  if v_keyed <> '{}' then
    perform note_late_arrivals();
  end if;
  return cardinality(v_keyed);
end
$$;
