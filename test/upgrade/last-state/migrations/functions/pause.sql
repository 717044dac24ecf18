-- Pauses a queue, name or key until p_until, or for p_for_ms; without both until it is resumed. The last call decides. Refuses what the
-- TypeScript functions refuse.
create or replace function pause(p_kind text, p_target text, p_until timestamptz, p_for_ms bigint) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_target(p_kind, p_target);
  if num_nonnulls(p_until, p_for_ms) = 2 then
    perform refuse(format('p_for_ms is %s: give p_until or p_for_ms, not both', p_for_ms));
  elsif p_for_ms not between 0 and 3155760000000 then
    perform refuse(format('p_for_ms is %s: give milliseconds, 0 or more, up to 100 years', p_for_ms));
  elsif not isfinite(p_until) then
    perform refuse(format('p_until is %s: give an instant, or leave it out', p_until));
  end if;
  insert into pauses (kind, target, until_at) values (p_kind, p_target, coalesce(p_until, now() + p_for_ms * interval '1 millisecond'))
  on conflict (kind, target) do update set until_at = excluded.until_at,
    paused_at = case when pauses.until_at <= now() then excluded.paused_at else pauses.paused_at end;
end
$$;
