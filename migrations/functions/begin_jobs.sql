-- Begins jobs that were locked and are admitted: those that keep a unique key only while they wait give it back, in the transaction of
-- the claim. An enqueue that finds such a job has its row until its commit, so it either changes a job that nobody has begun, or
-- waits here and then finds the key free. What another transaction has is left: its lock is given back, and it stays ready.
-- Returns the jobs that may run.
create or replace function begin_jobs(p_ids bigint[], p_state text, p_features integer, p_paused text[]) returns bigint[]
language plpgsql volatile set search_path from current
as $$
declare
  c_begins constant integer := 16;
  v_waiting bigint[];
  v_begun bigint[];
begin
  v_waiting := array(
    select w.id from unnest(p_ids) given (id), lateral (
      select j.id from jobs j where j.id = given.id and j.features & c_begins <> 0 limit 1) w);
  with begun as (
    update jobs j set waiting_key = null, features = nullif(j.features & ~c_begins, 0)
    where j.id = any (array(
      select free.id from unnest(v_waiting) w (id), lateral (
        select j.id from jobs j
        where j.id = w.id and j.state = p_state and j.queue <> all (p_paused) and j.features & ~p_features = 0
        limit 1 for no key update skip locked) free))
    returning j.id
  )
  select coalesce(array_agg(b.id), '{}') into v_begun from begun b;
  return array(select given.id from unnest(p_ids) with ordinality given (id, place)
               where given.id <> all (v_waiting) or given.id = any (v_begun) order by given.place);
end
$$;
