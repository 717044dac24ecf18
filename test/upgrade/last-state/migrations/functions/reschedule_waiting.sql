-- Gives waiting jobs, whose rows the caller has locked, the time of new ones, as far as they may be put off. One that is due and can't
-- be put off any more stays as it is; one that becomes due is promoted by the next look.
--   p_jobs, p_ids  place n: a new job, and the waiting job with its key; those that replace it are passed over
create or replace function reschedule_waiting(p_jobs new_job[], p_ids bigint[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  update jobs j set state = case when j.state = 'waiting' then 'waiting' else 'scheduled' end, run_at = least(n.run_at, latest_run_at(j.enqueued_at, n.unique_rule)), expires_at = n.expires_at
  from unnest(p_jobs, p_ids) n
  where j.id = n.unnest and n.unique_rule->>'on_conflict' = 'reschedule'
    and (j.state in ('scheduled', 'waiting') or least(n.run_at, latest_run_at(j.enqueued_at, n.unique_rule)) > now())
$$;
