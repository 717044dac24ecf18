-- The rates that hold for keys, with their starts: what an operator has set, else for all jobs of a key the rate of the newest of them.
-- `rates` remembers it, because that job may end before the others.
create or replace function rates_in_force(p_keys text[])
returns table (rate_key text, rate rate_limit, job_id bigint, started_at timestamptz[], starts integer[])
language sql stable set search_path from current
as $$
  select key.name, case when o.target is not null then o.rate when newest.id >= coalesce(r.job_id, 0) then newest.rate else r.rate end, greatest(newest.id, r.job_id),
         coalesce(r.started_at, '{}'), coalesce(r.starts, '{}')
  from unnest(p_keys) key (name)
  left join lateral (select known.* from rates known where known.rate_key = key.name limit 1) r on true
  left join lateral (select j.id, j.rate from jobs j where j.rate_key = key.name order by -j.id limit 1) newest on true
  left join limit_overrides o on o.kind = 'rate' and o.target = key.name
  where r.job_id is not null or newest.id is not null
$$;
