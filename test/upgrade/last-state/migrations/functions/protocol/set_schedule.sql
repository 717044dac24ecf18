-- Stores a schedule, in place of the one with its key. From SQL in any language, inside the caller's transaction:
--   select sluice.set_schedule('digest', '{"name": "send-digest", "cron": "0 8 * * MON", "timeZone": "Europe/Berlin"}');
--   p_key       1 to 128 letters, digits and . _ - / :
--   p_settings  name of the job; cron or every; and optionally timeZone, payload, options, jitter, startsAt, endsAt, catchUp, overlap, enabled
--   returns     the schedule, as get_schedule
create or replace function set_schedule(p_key text, p_settings jsonb) returns json
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_dynamic(p_key);
  perform store_schedule(p_key, p_settings, true);
  perform assert_known_names(jsonb_build_array(jsonb_build_object('name', p_settings->>'name', 'by_name', true)));
  return get_schedule(p_key);
end
$$;
