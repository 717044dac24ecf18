-- Gives jobs that their caller has just stored, in the same transaction, what they bring along from another queue: how often they
-- were tried there, and since when they wait. A job of which an execution has ended here keeps what it has.
--   p_ids          the jobs
--   p_attempts     their attempts that counted, as many as ids
--   p_enqueued_at  when they were enqueued, as many as ids
create or replace function backdate_jobs(p_ids bigint[], p_attempts integer[], p_enqueued_at timestamptz[]) returns void
language sql volatile set search_path from current
as $$
  update jobs j set attempts = b.attempts, enqueued_at = least(b.enqueued_at, j.enqueued_at)
  from unnest(p_ids, p_attempts, p_enqueued_at) b (id, attempts, enqueued_at)
  where j.id = b.id and j.fence = 0
$$;
