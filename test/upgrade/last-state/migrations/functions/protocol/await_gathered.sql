-- A running job waits until the jobs of a gathering have ended: as await_token.
--   p_backend       the backend that the drainer's session began on
--   p_job, p_fence  the job that waits, and the fence at which it was claimed
--   p_name          the name of the checkpoint
--   p_timeout_ms    from the first time that the job came here
--   is_ours         whether the job is still the caller's
--   batch_id        the batch
--   ended           {"value": null} or {"timedOut": true}, as JSON; null: not yet
--   remaining_ms    until the timeout
--   ended_at_ms     when an earlier execution was told that it has ended, since 1970; null: none was
create or replace function await_gathered(p_backend integer, p_job bigint, p_fence integer, p_name text, p_timeout_ms bigint,
                                          out is_ours boolean, out batch_id bigint, out ended text, out remaining_ms double precision,
                                          out ended_at_ms double precision)
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
begin
  perform assert_session(p_backend);
  batch_id := (select (p.value->>'batch')::bigint from progress p where p.job_id = p_job and p.name = p_name);
  select p.value::text, extract(epoch from p.saved_at) * 1000 into ended, ended_at_ms
  from progress p where p.job_id = p_job and p.name = token_of_batch(batch_id) and p.value is not null;
  if ended is null then
    select a.is_ours, a.ended, a.remaining_ms into is_ours, ended, remaining_ms
    from await_token(p_backend, p_job, p_fence, token_of_batch(batch_id), p_timeout_ms) a;
  else
    is_ours := exists (select from jobs j where j.id = p_job and j.fence = p_fence);
  end if;
end
$$;
