-- The jobs of runs with their ids. Of those that come together under one concurrency key or rate, only as many of each name as may
-- run start out ready: who settles them, or counts their starts, wakes the rest. Of a key whose jobs run in order it is the first. It takes no
-- lock, so an enqueue never waits for another's transaction, but for jobs in order: those get their ids in the order of the commits.
create or replace function number_jobs(p_runs job_run[]) returns new_job[]
language plpgsql volatile set search_path from current set plan_cache_mode = force_generic_plan
as $$
declare
  v_jobs new_job[];
begin
  if exists (select from unnest(p_runs) r where r.holds_key is not null) then
    perform lock_lines(array(select r.concurrency_key from unnest(p_runs) r where r.holds_key is not null));
  end if;
  v_jobs := array(
    select row(nextval('job_ids'), j.index, j.name, j.payload, j.payload_key, j.payload_day, j.queue, j.priority, j.run_at, j.max_attempts, j.timeout_ms,
               j.unique_key, j.idempotency_key, j.concurrency_key, j.concurrency_limit, j.holds_key, j.rate_key, j.rate, j.tags, j.metadata, j.state, j.large_bytes,
               j.waiting_key, j.unique_rule, j.expires_at, j.further_keys, j.further_limits, j.fair_key, j.fair_weight, j.is_counted, j.batch_id, j.is_parent)::new_job
    from new_jobs(p_runs) j);
  if exists (select from unnest(p_runs) r where (r.concurrency_key is not null or r.rate_key is not null) and r.state = 'ready') then
    v_jobs := array(
      select row(j.id, j.index, j.name, j.payload, j.payload_key, j.payload_day, j.queue, j.priority, j.run_at, j.max_attempts, j.timeout_ms,
                 j.unique_key, j.idempotency_key, j.concurrency_key, j.concurrency_limit, j.holds_key, j.rate_key, j.rate, j.tags, j.metadata,
                 case when not j.is_ranked then j.state when j.line_place > 1 then 'behind' when j.holds_key is null and j.place > j.concurrency_limit then 'blocked' when j.rate_place > (j.rate).burst then 'throttled'
                      else j.state end, j.large_bytes,
                 j.waiting_key, j.unique_rule, j.expires_at, j.further_keys, j.further_limits, j.fair_key, j.fair_weight, j.is_counted, j.batch_id, j.is_parent)::new_job
      from (
        select r.*, row_number() over (partition by r.concurrency_key, r.name, r.is_ranked order by r.priority, r.run_at, r.id) as place,
                    case when r.holds_key is not null then row_number() over (partition by r.concurrency_key, r.holds_key is null, r.is_ranked order by r.id) end as line_place,
                    row_number() over (partition by r.rate_key, r.name, r.is_ranked order by r.priority, r.run_at, r.id) as rate_place
        from (select n.*, coalesce(n.concurrency_key, n.rate_key) is not null and n.state = 'ready' and n.unique_key is null and n.waiting_key is null and n.idempotency_key is null as is_ranked
              from unnest(v_jobs) n) r
      ) j order by j.index);
  end if;
  return v_jobs;
end
$$;
