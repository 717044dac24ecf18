-- Takes back the starts of jobs that were claimed and never begun. They are taken from the oldest that count, which frees no place
-- that another start may still need.
create or replace function return_starts(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_key text;
  v_left integer;
  v_rate rates;
begin
  perform lock_keys(array(select rate_lock(key) from unnest(rate_keys_of(p_ids)) key));
  for v_key, v_left in
    select found.rate_key, count(*) from (select j.rate_key from jobs j where j.id = any (p_ids) offset 0) found
    where found.rate_key is not null group by found.rate_key
  loop
    select r.* into v_rate from rates r where r.rate_key = v_key;
    for v_place in 1 .. coalesce(cardinality(v_rate.starts), 0) loop
      v_left := v_left - v_rate.starts[v_place];
      v_rate.starts[v_place] := greatest(0, -v_left);
      exit when v_left <= 0;
    end loop;
    update rates r set starts = v_rate.starts where r.rate_key = v_key;
    perform count_starts(array[v_key], null, clock_timestamp());
  end loop;
end
$$;
