-- Answers with the id of the job that came first with this key in the last 24 hours: this one's, unless another did.
create or replace function remember_idempotency_key(p_job new_job) returns bigint
language plpgsql volatile set search_path from current
as $$
begin
  if p_job.idempotency_key is null then
    return p_job.id;
  end if;
  insert into idempotency_keys as k (name, key, job_id) values (p_job.name, p_job.idempotency_key, p_job.id)
  on conflict (name, key) do update set job_id = excluded.job_id, created_at = now()
    where k.created_at < now() - interval '24 hours';
  return (select k.job_id from idempotency_keys k where k.name = p_job.name and k.key = p_job.idempotency_key);
end
$$;
