-- A key of the API as people see it.
create or replace function api_key_json(p_key api_keys) returns json
language sql stable set search_path from current
as $$
  select json_build_object(
    'id', p_key.id::text, 'name', p_key.name, 'hint', p_key.hint, 'role', p_key.role, 'names', p_key.names, 'queues', p_key.queues,
    'createdAt', p_key.created_at, 'createdBy', p_key.created_by, 'expiresAt', p_key.expires_at, 'rotatedAt', p_key.rotated_at,
    'oldSecretUntil', case when p_key.old_until > now() then p_key.old_until end,
    'revokedAt', p_key.revoked_at, 'lastUsedAt', p_key.last_used_at)
$$;
