-- Refuses settings that a schedule can't have. Those of TypeScript, HTTP and SQL all come here.
create or replace function assert_schedule(p_key text, p_settings jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_known constant text[] := array['name', 'cron', 'every', 'timeZone', 'payload', 'options', 'jitter', 'startsAt', 'endsAt', 'catchUp', 'overlap', 'enabled'];
  v_key text;
  v_value jsonb;
  v_text text;
  v_expected text;
begin
  if p_key is null or p_key !~ '^[A-Za-z0-9._/:-]{1,128}$' then
    perform refuse_at('{key}', format('key is %s: give 1 to 128 letters, digits and . _ - / :', coalesce(to_json(left(p_key, 100))::text, 'null')));
  elsif jsonb_typeof(p_settings) is distinct from 'object' then
    perform refuse(format('The settings of a schedule are %s: give a JSON object', coalesce(left(p_settings::text, 100), 'null')));
  end if;
  for v_key, v_value, v_text in select s.key, s.value, s.value #>> '{}' from jsonb_each(p_settings) s loop
    v_expected := case
      when not v_key = any (c_known) then 'one of ' || array_to_string(c_known, ', ')
      when v_value = 'null' and v_key <> 'payload' then 'a value, or leave it out'
      when v_key = 'name' and jsonb_typeof(v_value) <> 'string' then 'the name of a job'
      when v_key = 'cron' and jsonb_typeof(v_value) <> 'string' then 'a cron expression such as "0 3 * * *"'
      when v_key = 'every' and p_settings ? 'cron' then 'cron or every, not both'
      when v_key = 'every' and coalesce(duration_ms(v_value), 0) < 1000 then 'a duration of at least a second, such as "90s"'
      when v_key = 'timeZone' and not is_time_zone(v_value) then 'a time zone of the IANA database, such as "Europe/Berlin"'
      when v_key = 'jitter' and coalesce(duration_ms(v_value), 86400001) > 86400000 then 'a duration of up to a day, such as "30s"'
      when v_key in ('startsAt', 'endsAt') and instant_of(v_value) is null then 'an ISO 8601 instant such as 2030-01-31T12:00:00Z, between the years 1970 and 9999'
      when v_key = 'endsAt' and instant_of(v_value) <= instant_of(p_settings->'startsAt') then 'an instant after startsAt'
      when v_key = 'catchUp' and not is_catch_up(v_value) then
        '"skip", "once" or "all", or an object with one of them as policy, and within, a duration longer than 0'
      when v_key = 'overlap' and v_value not in ('"allow"', '"skip"', '"queue"', '"cancel"') then '"allow", "skip", "queue" or "cancel"'
      when v_key = 'enabled' and jsonb_typeof(v_value) <> 'boolean' then 'true or false'
      when v_key = 'options' and jsonb_typeof(v_value) <> 'object' then 'a JSON object'
    end;
    if v_expected is not null then
      perform refuse_at(array[left(v_key, 100)], format('%s is %s: give %s', left(v_key, 100), left(v_value::text, 100), v_expected));
    end if;
  end loop;
  if not p_settings ?| array['cron', 'every'] then
    perform refuse_at('{cron}', 'cron is missing: give cron or every');
  elsif not p_settings ? 'name' then
    perform refuse_at('{name}', 'name is missing: give the name of a job');
  end if;
  v_key := (select o from jsonb_object_keys(coalesce(p_settings->'options', '{}')) o where o in ('runAt', 'expiresAt', 'idempotencyKey', 'after') limit 1);
  if v_key is not null then
    perform refuse_at(array['options', v_key], format('options.%s would be the same for every job of the schedule: leave it out', v_key));
  end if;
  perform assert_job(p_settings->>'name', coalesce(p_settings->'payload', '{}'), coalesce(p_settings->'options', '{}'));
end
$$;
