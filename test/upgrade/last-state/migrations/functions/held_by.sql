-- The jobs of a drainer's claims, with the fence at which they were claimed. One whose fence has moved on is settled. Inlined by
-- the planner.
create or replace function held_by(p_drainer integer) returns table (job_id bigint, fence integer)
language sql stable
begin atomic
  select unnest(c.job_ids), unnest(c.fences) from claims c where c.drainer_id = p_drainer;
end
