-- The jobs of the latest claims of all drainers, as held_by those of one: what one of them has in flight, or had when it died. As
-- frontier_of, it doesn't look far back.
create or replace function held_lately() returns table (job_id bigint, fence integer)
language sql stable
begin atomic
  select unnest(c.job_ids), unnest(c.fences) from claims c where c.id > (select last_value - 500 from claim_ids);
end
