-- Pauses a queue, name or key until p_until, or for p_for_ms; without both until it is resumed. The last call decides.
create or replace function pause(p_kind text, p_target text, p_until timestamptz, p_for_ms bigint) returns void
language sql volatile set search_path from current
as $$
  insert into pauses (kind, target, until_at) values (p_kind, p_target, coalesce(p_until, now() + p_for_ms * interval '1 millisecond'))
  on conflict (kind, target) do update set until_at = excluded.until_at,
    paused_at = case when pauses.until_at <= now() then excluded.paused_at else pauses.paused_at end
$$;
