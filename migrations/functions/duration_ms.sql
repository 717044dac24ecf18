-- Milliseconds of a duration: seconds as a number, or text such as '500ms', '30s', '5m', '1h30m', '2d'.
create or replace function duration_ms(p_duration jsonb, p_option text) returns bigint
language plpgsql stable set search_path from current
as $$
declare
  c_longest constant numeric := 36525 * 86400000.0; -- a hundred years
  v_text text := p_duration #>> '{}';
  v_ms numeric;
begin
  if v_text is null then
    return null;
  elsif jsonb_typeof(p_duration) = 'number' then
    v_ms := v_text::numeric * 1000;
  elsif jsonb_typeof(p_duration) = 'string' and v_text ~ '^(\d{1,15}(\.\d{1,15})?(ms|s|m|h|d))+$' then
    v_ms := (select sum(part[1]::numeric * case part[3] when 'ms' then 1 when 's' then 1000 when 'm' then 60000 when 'h' then 3600000 else 86400000 end)
             from regexp_matches(v_text, '(\d+(\.\d+)?)(ms|s|m|h|d)', 'g') part);
  end if;
  if v_ms between 0 and c_longest then
    return round(v_ms);
  end if;
  perform refuse(format('options.%s is %s: give seconds as a number of 0 or more, or text such as "500ms", "30s", "5m", "1h30m", up to 100 years', p_option, p_duration));
end
$$;
