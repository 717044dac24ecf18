-- Begins a drain on this session: takes a slot, and holds the locks that say that the drainer lives and is awake. What is rarely to
-- be done is asked for first, because a session plans each statement anew that it runs. Commits asynchronously: a crash of the server ends
-- the session, too.
--   p_schema_version  the version that the code needs
--   p_max_drainers    how many drainers there may be at once
--   p_label           who it is, for people
--   p_budget_ms       the time that it has; null: no deadline
--   p_definitions     a list of what it can perform, as in register_definitions
--   p_pool            the queues whose jobs it performs, and its slots; null: all, and those that all share
--   p_invocation      where it runs, as its host tells: an object, with the app's version; null: it doesn't
--   returns           no row when all slots are taken; else the drainer's id, its slot, the backend of its session,
--                     usual_ms: by job name, how long nearly all executions take, and how many locks the server has room for
create or replace function open_drainer(p_schema_version integer, p_max_drainers integer, p_label text,
                             p_budget_ms bigint default null, p_definitions json default '[]', p_pool pool default null,
                             p_invocation jsonb default null)
returns table (id integer, slot integer, backend_pid integer, usual_ms json, lock_room integer)
language plpgsql volatile set search_path from current
as $$
declare
  v_names text[];
  v_any_changed boolean;
  v_any_unseen boolean;
  v_is_awaited boolean;
  v_is_repaired boolean;
  v_are_pools boolean;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform assert_schema_version(p_schema_version);
  for v_slot in 1 .. p_max_drainers loop
    if pg_try_advisory_lock(lock_space('slot'), slot_key(p_pool, v_slot)) then
      slot := v_slot;
      exit;
    end if;
  end loop;
  if slot is null then
    return;
  end if;

  select array_agg(given.name), json_object_agg(d.name, d.usual_ms) filter (where d.name is not null),
         bool_or(is_definition_changed(d, given)), bool_or(d.seen_at < now() - interval '5 minutes')
  into v_names, usual_ms, v_any_changed, v_any_unseen
  from json_populate_recordset(null::definitions, p_definitions) given left join definitions d on d.name = given.name;
  id := nextval('drainer_ids');
  backend_pid := pg_backend_pid();
  lock_room := lock_room();
  perform pg_advisory_lock(lock_space('drainer'), id);
  perform pg_advisory_lock(lock_space('awake'), id);
  insert into drainers (id, slot, slots, backend_pid, label, names, pool, budget_ms, invocation)
  values (open_drainer.id, open_drainer.slot, p_max_drainers, open_drainer.backend_pid, p_label, v_names, p_pool, p_budget_ms, p_invocation);
  if p_invocation ? 'version' then
    if not exists (select from deployments d where d.version = p_invocation->>'version') then
      insert into deployments (version) values (p_invocation->>'version') on conflict do nothing;
    end if;
  end if;
  select exists (select from wake_requests w where w.requested_at > '-infinity'),
         exists (select from ticks t where t.ticked_at > now() - interval '1 second'),
         not (p_pool is null) or exists (select from pooled_queues)
  into v_is_awaited, v_is_repaired, v_are_pools;
  if v_is_awaited then
    perform clear_wake_requests(v_names, p_pool);
  end if;
  if v_is_repaired and slot = 1 then -- with another slot it isn't alone, and others have repaired, or are about to
    perform repair_soon();
  end if;
  if v_any_changed then
    perform note_definitions(p_definitions);
  end if;
  if v_any_unseen then
    perform note_names(v_names);
  end if;
  if v_are_pools then
    perform note_queues(p_pool);
  end if;
  return next;
end
$$;
