-- The ticks of a schedule after an instant and up to another, in order. None is after the year 9999, which JavaScript couldn't read.
create or replace function ticks_after(s schedules, p_after timestamptz, p_until timestamptz, p_most integer) returns timestamptz[]
language plpgsql stable set search_path from current
as $$
declare
  v_after timestamptz := greatest(p_after, s.starts_at - interval '1 microsecond');
  v_until timestamptz := least(p_until, s.ends_at, '9999-12-31 23:59:59+00');
  v_origin timestamptz := coalesce(s.starts_at, to_timestamp(0));
  v_step interval := s.every_ms * interval '1 millisecond';
  v_passed bigint;
  v_last bigint;
begin
  if s.cron is not null then
    begin
      return cron_ticks(s.cron, s.time_zone, v_after, v_until, p_most);
    exception when invalid_parameter_value then -- an upgrade of the server has removed the time zone: other schedules, and jobs, go ahead
      raise warning 'The schedule "%" has no more ticks: %', s.key, sqlerrm;
      return '{}';
    end;
  end if;
  v_passed := floor(extract(epoch from v_after - v_origin) * 1000 / s.every_ms);
  v_last := floor(extract(epoch from v_until - v_origin) * 1000 / s.every_ms);
  return array(select v_origin + n * v_step from generate_series(v_passed + 1, least(v_passed + p_most, v_last)) n order by n);
end
$$;
