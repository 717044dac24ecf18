-- Unblocks jobs whose key has room although none of their name is ready: the job that was to unblock them was paused, held,
-- deleted, or is waited for in vain. A ready job with a timeout of its own doesn't count, as it may fit into no drain at work.
-- Goes through up to 200 keys that have blocked jobs, behind p_after. Returns the last, where the next call continues.
create or replace function unblock_forgotten(p_after text) returns text
language plpgsql volatile set search_path from current
as $$
declare
  c_keys constant integer := 200;
  v_keys text[];
begin
  if not exists (select from jobs j where j.state = 'blocked') then
    return '';
  end if;
  with recursive waited_for as (
    (select coalesce(j.waits_for, j.concurrency_key) as key, 1 as place from jobs j
     where j.state = 'blocked' and coalesce(j.waits_for, j.concurrency_key) > p_after order by 1 limit 1)
    union all
    select next.key, w.place + 1 from waited_for w, lateral (
      select coalesce(j.waits_for, j.concurrency_key) as key from jobs j
      where j.state = 'blocked' and coalesce(j.waits_for, j.concurrency_key) > w.key order by 1 limit 1) next
    where w.place < c_keys
  )
  select array_agg(w.key) into v_keys from waited_for w;
  if v_keys is null then
    return '';
  end if;

  perform unblock_jobs(array(
    select distinct key.name from unnest(v_keys) key (name), names_blocked(key.name) blocked (name)
    where (select count(*) from (
      select from jobs r where r.state = 'ready' and r.concurrency_key = key.name and r.name = blocked.name and r.timeout_ms is null
        and not exists (select from permits p where p.job_id = r.id) limit 1) ready) = 0));
  return coalesce(v_keys[c_keys], '');
end
$$;
