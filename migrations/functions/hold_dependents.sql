-- Locks the rows of those of these jobs that wait for others, and returns them. Whoever locks such a row and then finds that an end is missing can rely on
-- whoever commits that end to look at the job once more: it either gets the row, or finds it locked, and leaves a note here.
create or replace function hold_dependents(p_ids bigint[]) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_held bigint[] := array(
    select w.id from unnest(p_ids) given (id), lateral (
      select j.id from jobs j where j.id = given.id and j.state = 'waiting' limit 1 for no key update skip locked) w);
begin
  if cardinality(v_held) < cardinality(p_ids) then
    perform note_dependents(array(
      select left_out.id from (select unnest(p_ids) except select unnest(v_held)) left_out (id), lateral (
        select from jobs j where j.id = left_out.id and j.state = 'waiting' limit 1) j));
  end if;
  return v_held;
end
$$;
