-- How much a claim returns of one job at most. A larger job was not stored by any enqueue, which all refuse it; it is claimed
-- without its payload, to be discarded.
create or replace function max_inline_bytes() returns integer
language sql immutable parallel safe
return 4194304;
