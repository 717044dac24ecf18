-- Gives back jobs that were claimed and not begun: they are left as they were, for whoever claims them next. Their locks are
-- kept until this is committed, see unlock_given_back.
--   p_drainer  the drainer
--   p_backend  the backend that its session began on
--   p_ids      the jobs
create or replace function give_back(p_drainer integer, p_backend integer, p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  with kept as (
    select c.id, array_agg(h.job_id) as job_ids, array_agg(h.fence) as fences
    from claims c, unnest(c.job_ids, c.fences) h (job_id, fence)
    where c.drainer_id = p_drainer and c.job_ids && p_ids and h.job_id <> all (p_ids)
    group by c.id
  )
  update claims c set job_ids = k.job_ids, fences = k.fences from kept k where c.id = k.id;
  delete from claims c where c.drainer_id = p_drainer and c.job_ids <@ p_ids;
  perform return_starts(p_ids);
  perform release_permits(p_ids);
end
$$;
