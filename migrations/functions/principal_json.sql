-- Who acts with a key of the API, and for how long it is valid. Null: it was revoked, or has expired.
--   p_key    the key
--   p_until  when the secret that was shown ends; null: with the key
create or replace function principal_json(p_key api_keys, p_until timestamptz default null) returns json
language sql stable set search_path from current
as $$
  select json_build_object(
    'id', p_key.id::text, 'name', p_key.name, 'role', p_key.role, 'names', p_key.names, 'queues', p_key.queues,
    'validForMs', extract(epoch from least(p_key.expires_at, p_until) - now()) * 1000)
  where p_key.revoked_at is null and (p_key.expires_at > now()) is not false and (p_until > now()) is not false
$$;
