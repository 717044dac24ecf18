-- Jobs with a unique or an idempotency key: stored, or answered with the job that is there. First all idempotency
-- keys, then all unique keys, each in their order: two calls with the same keys so meet one after the other, not in
-- a deadlock.
create or replace function store_keyed_jobs(p_jobs new_job[], p_carrier jsonb)
returns table (job_index integer, job_id bigint, job_state text, deduplicated boolean)
language plpgsql volatile set search_path from current
as $$
declare
  v_job new_job;
  v_remaining new_job[] := '{}';
  v_repeated new_job[] := '{}';
  v_first bigint;
begin
  for v_job in select * from unnest(p_jobs) j order by j.name, j.idempotency_key, j.index loop
    if remember_idempotency_key(v_job) = v_job.id then
      v_remaining := v_remaining || v_job;
    else
      v_repeated := v_repeated || v_job;
    end if;
  end loop;

  for v_job in select * from unnest(v_remaining) j order by j.name, j.unique_key, j.index loop
    v_first := store_unless_there(v_job, p_carrier);
    if v_first = v_job.id then
      return query select v_job.index, v_job.id, told_state(v_job.state), false;
    else
      update idempotency_keys k set job_id = v_first where k.name = v_job.name and k.key = v_job.idempotency_key;
      return query select v_job.index, v_first, current_state(v_first), true;
    end if;
  end loop;

  -- Answered last: only now is it known what became of the first job of this very batch with the same key.
  return query
  select r.index, k.job_id, current_state(k.job_id), true
  from unnest(v_repeated) r join idempotency_keys k on k.name = r.name and k.key = r.idempotency_key;
end
$$;
