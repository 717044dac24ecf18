-- Deletes the payloads of jobs that are about to finish, whose rows the caller has locked and whose definition doesn't keep payloads.
create or replace function forget_for_good(p_ids bigint[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select forget_payloads(p_ids);
  update jobs j set payload = null, payload_day = null, features = nullif(j.features & ~4, 0), payload_forgotten = true where j.id = any (p_ids)
$$;
