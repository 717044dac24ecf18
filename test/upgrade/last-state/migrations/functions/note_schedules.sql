-- Stores the schedules that are defined beside jobs, and removes those that the code no longer has: of these jobs, or, for a deployment, of all.
--   p_definitions  a list of objects as for register_definitions; schedules: a list of objects with key and settings
create or replace function note_schedules(p_definitions json, p_are_all boolean) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_schedule record;
begin
  for v_schedule in
    select s.schedule->>'key' as key, s.schedule->'settings' || jsonb_build_object('name', d.name) as settings
    from json_populate_recordset(null::definitions, p_definitions) d, jsonb_array_elements(d.schedules) s (schedule) order by 1
  loop
    begin
      perform store_schedule(v_schedule.key, v_schedule.settings, false);
    exception when sqlstate 'SL000' then
      if p_are_all then
        perform refuse(format('The schedule "%s": %s', v_schedule.key, sqlerrm));
      end if;
      raise warning 'The schedule "%" is left as it was: %', v_schedule.key, sqlerrm; -- a drainer performs its jobs all the same
    end;
  end loop;
  delete from schedules s
  where not s.is_dynamic
    and (p_are_all or s.name in (select d.name from json_populate_recordset(null::definitions, p_definitions) d))
    and s.key not in (select s.schedule->>'key' from json_populate_recordset(null::definitions, p_definitions) d, jsonb_array_elements(d.schedules) s (schedule));
end
$$;
