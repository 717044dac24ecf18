-- Who acts with the keys of the API that have these ids: for sessions that began with them.
--   p_ids    the keys
--   returns  a list of objects as of principal_json, of those that are valid
create or replace function principals_of_keys(p_ids bigint[]) returns json
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_ids bigint[];
  v_found json;
begin
  select array_agg(f.id), coalesce(json_agg(f.principal), '[]') into v_ids, v_found
  from (select k.id, principal_json(k) as principal from api_keys k where k.id = any (p_ids)) f
  where f.principal is not null;
  perform note_key_use(v_ids);
  return v_found;
end
$$;
