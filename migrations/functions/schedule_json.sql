-- A schedule, as JSON with the words of the API.
create or replace function schedule_json(s schedules, p_runs integer) returns json
language sql volatile set search_path from current
as $$
  select json_build_object(
    'key', s.key, 'name', s.name, 'cron', s.settings->'cron', 'every', s.settings->'every', 'timeZone', s.time_zone,
    'payload', s.job->'payloads'->0, 'options', coalesce(s.settings->'options', '{}'), 'jitter', coalesce(s.settings->'jitter', '0'),
    'startsAt', s.starts_at, 'endsAt', s.ends_at, 'catchUp', json_build_object('policy', s.catch_up, 'within', s.settings->'catchUp'->'within'),
    'overlap', s.overlap, 'enabled', s.is_enabled, 'dynamic', s.is_dynamic,
    'paused', s.paused_until > now() and s.paused_until is not null, 'pausedUntil', case when isfinite(s.paused_until) and s.paused_until > now() then s.paused_until end,
    'next', coming_ticks(s), 'runs', (select coalesce(json_agg(r.run order by r.tick desc), '[]') from runs_of_schedule(s.key, p_runs) r),
    'createdAt', s.created_at, 'updatedAt', s.updated_at)
$$;
