-- A schedule with these settings, without its ticks.
create or replace function schedule_of(p_key text, p_settings jsonb) returns schedules
language plpgsql stable set search_path from current
as $$
declare
  s schedules;
begin
  s.key := p_key;
  s.name := p_settings->>'name';
  s.settings := p_settings - array['name', 'payload'];
  s.job := run_of(s.name, coalesce(p_settings->'payload', '{}'), coalesce(p_settings->'options', '{}'));
  s.cron := case when p_settings ? 'cron' then parse_cron(p_settings->>'cron') end;
  s.every_ms := duration_ms(p_settings->'every');
  s.time_zone := coalesce(p_settings->>'timeZone', 'UTC');
  s.jitter_ms := coalesce(duration_ms(p_settings->'jitter'), 0);
  s.starts_at := instant_of(p_settings->'startsAt');
  s.ends_at := instant_of(p_settings->'endsAt');
  s.catch_up := coalesce(p_settings->'catchUp'->>'policy', p_settings->>'catchUp', 'once');
  s.catch_up_ms := duration_ms(p_settings->'catchUp'->'within');
  s.overlap := coalesce(p_settings->>'overlap', 'allow');
  s.is_enabled := coalesce((p_settings->>'enabled')::boolean, true);
  s.updated_at := now();
  if s.cron is not null and cron_ticks(s.cron, s.time_zone, now(), 'infinity', 1) = '{}' then
    perform refuse_cron(p_settings->>'cron', (field_starts(p_settings->>'cron'))[cardinality(field_starts(p_settings->>'cron')) - 2],
      'the day never comes: give one that the months have');
  end if;
  return s;
end
$$;
