-- Milliseconds of a duration: seconds as a number, or text such as '500ms', '30s', '5m', '1h30m', '2d'. Null for anything else.
-- Computed and rounded in double precision, as durationMs of packages/core does it.
create or replace function duration_ms(p_duration jsonb) returns bigint
language plpgsql stable set search_path from current
as $$
declare
  c_longest constant float8 := 36525 * 86400000.0; -- a hundred years
  v_text text := p_duration #>> '{}';
  v_ms float8;
begin
  if jsonb_typeof(p_duration) = 'number' then
    if v_text::numeric between 0.0001 and c_longest::numeric then
      v_ms := v_text::float8 * 1000;
    elsif v_text::numeric between 0 and 0.0001 then
      v_ms := 0;
    end if;
  elsif jsonb_typeof(p_duration) = 'string' and v_text ~ '^([0-9]{1,15}([.][0-9]{1,15})?(ms|s|m|h|d)){1,10}$' then
    v_ms := (select sum(part[1]::float8 * case part[3] when 'ms' then 1 when 's' then 1000 when 'm' then 60000 when 'h' then 3600000 else 86400000 end order by place)
             from regexp_matches(v_text, '([0-9]+([.][0-9]+)?)(ms|s|m|h|d)', 'g') with ordinality parts (part, place));
  end if;
  return case when v_ms between 0 and c_longest then floor(v_ms + 0.5) end;
end
$$;
