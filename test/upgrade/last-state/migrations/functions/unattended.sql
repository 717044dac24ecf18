-- Those of p_kinds that no awake drainer performs. A drainer that is busy with suspects takes nothing beside them, and doesn't
-- count.
create or replace function unattended(p_kinds job_kind[]) returns job_kind[]
language plpgsql volatile set search_path from current
as $$
declare
  v_drainer record;
  v_left job_kind[] := p_kinds;
begin
  for v_drainer in
    select d.id, d.names, d.pool from drainers d
    where d.ended_at is null and not exists (select from claims c where c.drainer_id = d.id and c.is_apart)
  loop
    exit when cardinality(v_left) = 0;
    if pg_try_advisory_lock_shared(lock_space('awake'), v_drainer.id) then
      perform pg_advisory_unlock_shared(lock_space('awake'), v_drainer.id);
    else
      v_left := array(select k from unnest(v_left) k
                      where not (coalesce(k.name = any (v_drainer.names), true) and serves(v_drainer.pool, k.queue)));
    end if;
  end loop;
  return v_left;
end
$$;
