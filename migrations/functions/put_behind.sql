-- Puts ready jobs of these keys, which run in order, behind those that have their turn. The caller holds the keys' locks.
create or replace function put_behind(p_keys text[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
  update jobs j set state = 'behind'
  where j.id = any (array(
    select waiting.id from unnest(p_keys) key (name) cross join lateral first_in_line(key.name) head cross join lateral (
      select r.id from jobs r where r.state = 'ready' and r.concurrency_key = key.name and r.holds_key is not null and r.id <> head.id
        and not exists (select from permits p where p.job_id = r.id)
      limit 2000 for no key update skip locked) waiting
    limit 2000))
$$;
