-- Unthrottles what no event finds: jobs of a rate that was raised, or that were stored as throttled behind others that are gone. Goes
-- through up to 200 keys that have throttled jobs, behind p_after. Returns the last, where the next call continues.
create or replace function unthrottle_forgotten(p_after text, p_names text[]) returns text
language plpgsql volatile set search_path from current
as $$
declare
  c_keys constant integer := 200;
  v_keys text[];
begin
  if not exists (select from jobs j where j.rate_key is not null) then
    return '';
  end if;
  with recursive keys as (
    (select j.rate_key as key, 1 as place from jobs j where j.rate_key > p_after order by j.rate_key limit 1)
    union all
    select next.key, k.place + 1 from keys k, lateral (
      select j.rate_key as key from jobs j where j.rate_key > k.key order by j.rate_key limit 1) next
    where k.place < c_keys
  )
  select array_agg(k.key) into v_keys from keys k;
  if v_keys is null then
    return '';
  end if;
  perform unthrottle(array(
    select key.name from unnest(v_keys) key (name), lateral (
      select from jobs j where j.rate_key = key.name and j.state = 'throttled' limit 1) waiting), p_names);
  return coalesce(v_keys[c_keys], '');
end
$$;
