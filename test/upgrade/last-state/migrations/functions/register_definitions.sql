-- Notes what a drainer can perform.
create or replace function register_definitions(p_definitions json) returns void
language sql volatile set search_path from current
as $$
  insert into definitions as d (name, timeout_ms)
  select p.name, p.timeout_ms from json_to_recordset(p_definitions) p (name text, timeout_ms integer) order by p.name
  on conflict (name) do update set timeout_ms = excluded.timeout_ms, seen_at = now()
    where d.timeout_ms is distinct from excluded.timeout_ms or d.seen_at < now() - interval '5 minutes'
$$;
