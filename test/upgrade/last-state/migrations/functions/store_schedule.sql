-- Stores a schedule in place of the one with its key. It stays paused if it is, and keeps the ticks that it has missed unless it changes
-- when it has ticks.
create or replace function store_schedule(p_key text, p_settings jsonb, p_is_dynamic boolean) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_old schedules;
  v_new schedules;
begin
  perform assert_schedule(p_key, p_settings);
  select s.* into v_old from schedules s where s.key = p_key for update;
  v_new := schedule_of(p_key, p_settings);
  v_new.is_dynamic := p_is_dynamic;
  v_new.paused_until := v_old.paused_until;
  v_new.created_at := coalesce(v_old.created_at, now());
  if (v_new.cron, v_new.every_ms, v_new.time_zone, v_new.jitter_ms, v_new.starts_at, v_new.ends_at, v_new.is_enabled)
     is not distinct from (v_old.cron, v_old.every_ms, v_old.time_zone, v_old.jitter_ms, v_old.starts_at, v_old.ends_at, v_old.is_enabled)
     and v_old.next_at is not null then
    v_new.upcoming := v_old.upcoming;
    v_new.has_all := v_old.has_all;
    v_new.next_at := v_old.next_at;
  else
    v_new := plan_ticks(v_new, now());
  end if;
  delete from schedules s where s.key = p_key;
  insert into schedules select v_new.* on conflict (key) do nothing;
  if not found then
    perform store_schedule(p_key, p_settings, p_is_dynamic); -- somebody else has stored it at the same time
  end if;
end
$$;
