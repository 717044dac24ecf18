-- Whether suspects wait that this drainer could take: of a name and a queue that it performs, and not running elsewhere.
create or replace function suspects_wait(p_drainer integer, p_names text[], p_pool pool default null) returns boolean
language sql volatile set search_path from current
as $$
  with candidates as materialized (
    select j.id from jobs j
    where j.state = 'suspect' and j.name = any (p_names) and serves(p_pool, j.queue)
      and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
    order by j.suspect_group desc, j.id
  )
  select may_take_suspects(p_drainer)
     and exists (select from candidates c where pg_try_advisory_xact_lock_shared(job_lock(c.id)))
$$;
