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
  v_keys := array(select rate_keys_behind(p_after, c_keys));
  if v_keys = '{}' then
    return '';
  end if;
  perform unthrottle(array(
    select key.name from unnest(v_keys) key (name), lateral (
      select from jobs j where j.rate_key = key.name and j.state = 'throttled' limit 1) waiting), p_names);
  return coalesce(v_keys[c_keys], '');
end
$$;
