-- After which jobs a job runs. The offset has Postgres look them up by the key for each job, where it knows nothing of the table yet, as after a restore: it
-- would read all of it for a set of jobs.
create or replace function edges_before(p_child bigint) returns setof dependencies
language sql stable
begin atomic
  select d.* from dependencies d where d.child_id = p_child offset 0;
end;
