-- Has whoever enqueues jobs of these keys, which run in order, wait until others have committed theirs. They get their ids after that, so
-- of two jobs the one with the smaller id is visible first, and none is begun while one that comes before it may still be committed.
create or replace function lock_lines(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  select pg_advisory_xact_lock(lock_space('line'), hash)
  from (select distinct hashtext(key) as hash from unnest(p_keys) key where key is not null order by 1) hashes
$$;
