-- Which jobs run after a job, as edges_before.
create or replace function edges_after(p_parent bigint) returns setof dependencies
language sql stable
begin atomic
  select d.* from dependencies d where d.parent_id = p_parent offset 0;
end;
