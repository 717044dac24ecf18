-- The ranges of the ready jobs' order that a look scans, in order: each from behind a position to the end of a priority. A look
-- that resumes behind a position has one. A look from the start passes over what an earlier one has seen, which is the rows of each
-- priority in use up to p_since: deleted rows stay in the index until vacuum can remove them, and while anybody holds an old
-- snapshot it can't. Inlined by the planner.
create or replace function scan_ranges(p_resume_after job_position, p_since timestamptz, p_priorities integer[])
returns table (priority integer, run_at timestamptz, id bigint, last_priority integer)
language sql immutable
begin atomic
  select p_resume_after.priority, p_resume_after.run_at, p_resume_after.id, 2147483647 where p_resume_after.id is not null
  union all
  (select p.priority::integer, case when p.priority = -2147483648 then '-infinity' else p_since end, 0::bigint,
          (lead(p.priority, 1, 2147483648) over (order by p.priority) - 1)::integer
   from (select -2147483648::bigint as priority union select unnest(p_priorities) where p_since is not null) p
   where p_resume_after.id is null
   order by p.priority);
end
