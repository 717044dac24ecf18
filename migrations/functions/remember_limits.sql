-- Remembers the newest limits of keys whose jobs ask for different ones, as grant_permits does.
create or replace function remember_limits(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  insert into limits as l (concurrency_key, concurrency_limit, job_id)
  select f.concurrency_key, f.concurrency_limit, f.job_id from limits_in_force(p_keys) f
  where f.is_mixed or exists (select from limits known where known.concurrency_key = f.concurrency_key)
  on conflict (concurrency_key) do update set concurrency_limit = excluded.concurrency_limit, job_id = excluded.job_id
    where l.job_id < excluded.job_id
$$;
