-- The keys of the API in the order in which they were made, revoked ones too: a list of objects, as the API has them.
--   p_after  only those that were made after the one with this id
--   p_limit  how many at most
create or replace function list_api_keys(p_after bigint default 0, p_limit integer default 1000) returns json
language sql stable security definer set search_path from current
as $$
  select coalesce(json_agg(listed.key order by listed.id), '[]')
  from (select k.id, api_key_json(k) as key from api_keys k where k.id > p_after order by k.id limit p_limit) listed
$$;
