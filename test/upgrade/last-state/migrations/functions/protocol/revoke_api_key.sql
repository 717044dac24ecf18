-- Ends a key of the API, for good. Ending it again changes nothing.
--   p_id     the key
--   returns  the key, as the API has it; null: there is none with this id
create or replace function revoke_api_key(p_id bigint) returns json
language sql volatile security definer set search_path from current
as $$
  update api_keys k set revoked_at = coalesce(k.revoked_at, now()) where k.id = p_id returning api_key_json(k)
$$;
