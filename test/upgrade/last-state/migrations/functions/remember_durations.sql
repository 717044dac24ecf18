-- Adds a drain's durations to those of the definitions, but for those to which another drain adds its own: drains that end together
-- would wait for each other, one by one, and each is a sample.
--   p_durations  by job name, a histogram as in definitions
create or replace function remember_durations(p_durations json) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_name text;
  v_counts integer[];
begin
  if p_durations::text = '{}' then
    return;
  end if;
  for v_name, v_counts in
    select o.key, array(select json_array_elements_text(o.value)::integer) from json_each(p_durations) o order by o.key
  loop
    update definitions d
    set durations = merge_histograms(d.durations, v_counts), usual_ms = duration_percentile(merge_histograms(d.durations, v_counts), 0.99)
    where d.name in (select known.name from definitions known where known.name = v_name for no key update skip locked);
  end loop;
end
$$;
