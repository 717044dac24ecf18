-- Those of p_names that no awake drainer performs. A drainer that is busy with suspects takes nothing beside them, and doesn't
-- count.
create or replace function unattended(p_names text[]) returns text[]
language plpgsql volatile set search_path from current
as $$
declare
  v_drainer record;
  v_left text[] := p_names;
begin
  for v_drainer in
    select d.id, d.names from drainers d
    where d.ended_at is null and (d.names is null or d.names && p_names)
      and not exists (select from claims c where c.drainer_id = d.id and c.is_apart)
  loop
    if pg_try_advisory_lock_shared(lock_space('awake'), v_drainer.id) then
      perform pg_advisory_unlock_shared(lock_space('awake'), v_drainer.id);
    else
      v_left := array(select unnest(v_left) except select unnest(coalesce(v_drainer.names, v_left)));
    end if;
  end loop;
  return v_left;
end
$$;
