-- Blocks the ready jobs of full keys that have no permit. The caller holds the keys' locks.
create or replace function block_ready(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  update jobs j set state = 'blocked'
  where j.id = any (array(
    select waiting.id from unnest(p_keys) key (name), lateral (
      select r.id from jobs r where r.state = 'ready' and r.concurrency_key = key.name
        and not exists (select from permits p where p.job_id = r.id)
      limit 2000 for no key update skip locked) waiting
    limit 2000))
$$;
