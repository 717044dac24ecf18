-- Makes scheduled jobs due now, and ends what they sleep for. A job that is due already is left as it is: a blocked one stays
-- blocked.
--   p_ids    the jobs
--   job_id   each of them once
--   name     its name; null: it is unknown
--   state    its state from now on
--   refusal  why it isn't due: job_running, queue_paused, name_paused, job_finished or job_not_found; job_held: somebody has it for a moment.
--            Null: it is
create or replace function run_jobs_now(p_ids bigint[]) returns table (job_id bigint, name text, state text, refusal text)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_jobs record;
  v_paused text[] := paused('queue');
  v_paused_names text[] := paused('name');
  v_due bigint[];
begin
  v_jobs := take_waiting(p_ids);
  v_due := array(select j.id from jobs j where j.id = any (v_jobs.taken) and j.state = 'scheduled' and j.queue <> all (v_paused) and j.name <> all (v_paused_names));
  update jobs j set run_at = least(j.run_at, now()), state = case when lacks_key(j) then 'unkeyed'
                                                                  when j.suspect_group is null then 'ready' else 'suspect' end
  where j.id = any (v_due);
  update progress p set until_at = now() where p.job_id = any (v_due) and p.kind = 'sleep' and p.until_at > now();
  if v_due <> '{}' then
    perform note_late_arrivals();
    perform notify_lingering();
  end if;
  return query
  select j.id, j.name, case when j.queue = any (v_paused) or j.name = any (v_paused_names) then 'blocked' else public_state(j.state) end,
         case when j.queue = any (v_paused) then 'queue_paused' when j.name = any (v_paused_names) then 'name_paused' end
  from jobs j where j.id = any (v_jobs.taken);
  return query select * from refusals_to_change(p_ids, v_jobs.running, v_jobs.held, v_jobs.taken);
end
$$;
