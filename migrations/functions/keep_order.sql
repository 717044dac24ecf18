-- Enforces the order of keys whose jobs run in that of their ids: of the jobs that were just locked, one that doesn't have its turn leaves
-- the claim's index until it has. Whoever looks whose turn it is holds the key's lock for the length of a short transaction, so the end of the
-- job before it either comes first, or finds it there. Where most didn't have their turn, what else is ready under their keys is put
-- behind with them. All keys of the jobs are locked at once: the limits, which are next, lock no others.
-- Returns the jobs that may run, as far as their order is concerned, without those of keys that somebody holds.
create or replace function keep_order(p_ids bigint[], p_state text) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_keys text[] := lock_free_keys(keys_of(p_ids));
  v_asking bigint[];
  v_early bigint[];
begin
  with asking as materialized (
    select j.id, j.concurrency_key as key from unnest(p_ids) given (id), lateral (
      select j.id, j.concurrency_key from jobs j where j.id = given.id and j.state = p_state and j.holds_key is not null limit 1) j
    where j.concurrency_key = any (v_keys)
  ), turns as materialized (
    select head.id from (select distinct a.key from asking a) line cross join lateral first_in_line(line.key) head
    where not is_line_busy(line.key, head.id)
  )
  select array_agg(a.id), coalesce(array_agg(a.id) filter (where a.id not in (select t.id from turns t)), '{}') into v_asking, v_early from asking a;

  if v_early <> '{}' then
    update jobs j set state = 'behind'
    where j.id = any (array(
      select free.id from unnest(v_early) early (id), lateral (select j.id from jobs j where j.id = early.id limit 1 for no key update skip locked) free));
    if cardinality(v_early) > cardinality(v_asking) / 2 then
      perform put_behind(lines_of(v_early));
    end if;
    perform unblock_jobs(array(select f.concurrency_key from further_keys f where f.job_id = any (v_early))); -- places that they were woken for
  end if;
  return array(
    select given.id from unnest(p_ids) with ordinality given (id, place), lateral (
      select array_remove(j.concurrency_key || j.further_keys, null) as keys from jobs j where j.id = given.id limit 1) j
    where given.id <> all (v_early) and j.keys <@ v_keys order by given.place);
end
$$;
