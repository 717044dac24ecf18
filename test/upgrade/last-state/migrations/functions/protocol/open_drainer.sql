-- Begins a drain on this session: takes a slot, and holds the locks that say that the drainer lives and is awake.
--   p_schema_version  the version that the code needs
--   p_max_drainers    how many drainers there may be at once
--   p_label           who it is, for people
--   p_budget_ms       the time that it has; null: no deadline
--   p_definitions     a list of what it can perform, as in register_definitions
--   returns           no row when all slots are taken; else the drainer's id, its slot, the backend of its session, and
--                     usual_ms: by job name, how long nearly all executions take
create or replace function open_drainer(p_schema_version integer, p_max_drainers integer, p_label text,
                             p_budget_ms bigint default null, p_definitions json default '[]')
returns table (id integer, slot integer, backend_pid integer, usual_ms json)
language plpgsql volatile set search_path from current
as $$
declare
  v_names text[] := (select array_agg(p.name) from json_to_recordset(p_definitions) p (name text));
begin
  perform assert_schema_version(p_schema_version);
  slot := (with numbers as materialized (select number from generate_series(1, p_max_drainers) number)
           select number from numbers where pg_try_advisory_lock(lock_space('slot'), number) limit 1);
  if slot is null then
    return;
  end if;

  id := nextval('drainer_ids');
  backend_pid := pg_backend_pid();
  perform pg_advisory_lock(lock_space('drainer'), id);
  perform pg_advisory_lock(lock_space('awake'), id);
  insert into drainers (id, slot, backend_pid, label, names, budget_ms)
  values (open_drainer.id, open_drainer.slot, open_drainer.backend_pid, p_label, v_names, p_budget_ms);
  perform clear_wake_requests(v_names);
  perform repair_soon();
  perform note_definitions(p_definitions);
  perform note_names(v_names);
  usual_ms := (select json_object_agg(d.name, duration_percentile(d.durations, 0.99)) from definitions d
               where d.name = any (v_names));
  return next;
end
$$;
