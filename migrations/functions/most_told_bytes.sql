-- Most that a claim sends of one job. What is larger was not stored by any enqueue, which all refuse it; it is claimed
-- without its payload, to be discarded.
create or replace function most_told_bytes() returns integer
language sql immutable parallel safe
begin atomic
  select 4194304;
end;
