-- Adds a drain's durations to those of the definitions, but for those to which another drain adds its own: drains that end together
-- would wait for each other, one by one, and each is a sample.
--   p_durations  by job name, a histogram as in definitions
create or replace function remember_durations(p_durations json) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_name text;
  v_counts integer[];
  v_known integer[];
begin
  if p_durations::text = '{}' then
    return;
  end if;
  for v_name, v_counts in
    select o.key, array(select json_array_elements_text(o.value)::integer) from json_each(p_durations) o order by o.key
  loop
    select d.durations into v_known from definitions d where d.name = v_name for no key update skip locked;
    if found then
      v_known := merge_histograms(v_known, v_counts);
      update definitions d set durations = v_known, usual_ms = duration_percentile(v_known, 0.99) where d.name = v_name;
    end if;
  end loop;
end
$$;
