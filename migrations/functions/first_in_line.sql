-- The job of a key that has its turn: of its unfinished jobs that run in order the first, without those that let others pass and wait
-- to run again. Inlined, and read from an index of just these.
create or replace function first_in_line(p_key text) returns table (id bigint, state text)
language sql stable
begin atomic
  select j.id, j.state from jobs j
  where j.concurrency_key = p_key and j.holds_key is not null and (j.holds_key or j.state <> 'scheduled' or j.fence = 0)
  order by j.id limit 1;
end;
