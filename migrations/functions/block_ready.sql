-- Blocks the ready jobs of full keys that have no permit. The caller holds the keys' locks.
create or replace function block_ready(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  update jobs j set state = 'blocked', waits_for = null
  where j.id = any (array(
    select waiting.id from unnest(p_keys) key (name), lateral (
      select r.id from jobs r where r.state = 'ready' and r.concurrency_key = key.name
        and not exists (select from permits p where p.job_id = r.id)
      limit 2000 for no key update skip locked) waiting
    limit 2000));

  update jobs j set state = 'blocked', waits_for = waiting.key
  from (
    select free.id, further.key from (
      select distinct on (f.job_id) f.job_id, f.concurrency_key as key from further_keys f where f.concurrency_key = any (p_keys) limit 2000) further,
    lateral (
      select r.id from jobs r where r.id = further.job_id and r.state = 'ready' and not exists (select from permits p where p.job_id = r.id)
      limit 1 for no key update skip locked) free) waiting
  where j.id = waiting.id
$$;
