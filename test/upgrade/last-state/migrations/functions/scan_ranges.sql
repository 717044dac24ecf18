-- The ranges of the ready jobs' order that a look from the start scans if it passes over what an earlier one has seen: that
-- is the rows of each priority in use up to p_since. Deleted rows stay in the index until vacuum can remove them, and while anybody
-- holds an old snapshot it can't. Each range is from behind a position to the end of a priority.
create or replace function scan_ranges(p_since timestamptz, p_priorities integer[])
returns table (after job_position, last_priority integer)
language sql immutable
begin atomic
  select (p.priority::integer, case when p.priority = -2147483648 then '-infinity' else p_since end, 0::bigint)::job_position,
         (lead(p.priority, 1, 2147483648) over (order by p.priority) - 1)::integer
  from (select -2147483648::bigint as priority union select unnest(p_priorities)) p;
end
