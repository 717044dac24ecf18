-- Blocks ready jobs of full keys that have no permit, but for those that run in order. The caller holds the keys' locks. Of jobs with several limits it looks at those at
-- the head of the queue: by a further key it would read all that are blocked already.
create or replace function block_ready(p_keys text[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
  update jobs j set state = 'blocked', waits_for = null
  where j.id = any (array(
    select waiting.id from unnest(p_keys) key (name), lateral (
      select r.id from jobs r where r.state = 'ready' and r.concurrency_key = key.name and r.holds_key is null
        and not exists (select from permits p where p.job_id = r.id)
      limit 2000 for no key update skip locked) waiting
    limit 2000));

  update jobs j set state = 'blocked', waits_for = waiting.key
  from (
    select free.id, free.key from (select from further_keys limit 1) used, first_ready(5000) head, lateral (
      select r.id, (select key from unnest(r.further_keys) key where key = any (p_keys) limit 1) as key from jobs r
      where r.id = head.id and r.state = 'ready' and r.holds_key is null and r.further_keys && p_keys and not exists (select from permits p where p.job_id = r.id)
      limit 1 for no key update skip locked) free
    limit 2000) waiting
  where j.id = waiting.id
$$;
