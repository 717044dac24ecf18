-- Notes what a drainer that opens can perform. The policies of a definition that a deployment has registered stay: the drainer
-- may be of an older one. A row that is locked is left, because somebody else writes it at this moment.
create or replace function note_definitions(p_definitions json) returns void
language plpgsql volatile set search_path from current
as $$
begin
  with given as materialized (
    select p.name, p.timeout_ms, p.queue, p.priority, p.concurrency_key, p.concurrency_limit, coalesce(p.computes_key, false) as computes_key
    from json_populate_recordset(null::definitions, p_definitions) p
  ), changed as materialized (
    select g.* from given g join definitions d on d.name = g.name
    where d.registered_at is null
      and (d.timeout_ms, d.queue, d.priority, d.concurrency_key, d.concurrency_limit, d.computes_key)
          is distinct from (g.timeout_ms, g.queue, g.priority, g.concurrency_key, g.concurrency_limit, g.computes_key)
    for no key update of d skip locked
  )
  update definitions d set timeout_ms = c.timeout_ms, queue = c.queue, priority = c.priority, concurrency_key = c.concurrency_key,
    concurrency_limit = c.concurrency_limit, computes_key = c.computes_key
  from changed c where d.name = c.name;

  insert into definitions (name, timeout_ms, queue, priority, concurrency_key, concurrency_limit, computes_key)
  select p.name, p.timeout_ms, p.queue, p.priority, p.concurrency_key, p.concurrency_limit, coalesce(p.computes_key, false)
  from json_populate_recordset(null::definitions, p_definitions) p
  where not exists (select from definitions d where d.name = p.name)
  order by p.name
  on conflict (name) do nothing;
end
$$;
