-- Locks these keys to the end of the transaction, all at once, in the order of their hashes.
create or replace function lock_keys(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  select pg_advisory_xact_lock(lock_space('key'), hash)
  from (select distinct hashtext(key) as hash from unnest(p_keys) key where key is not null order by 1) hashes
$$;
