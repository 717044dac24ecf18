-- Gives a key of the API a new secret. The one before stays valid for a while, one that is still valid from a rotation before doesn't:
-- unless that was within a minute, as by two clicks. Then the secret that nobody can have put into use is the one that ends.
--   p_id          the key
--   p_hint        how the new secret begins
--   p_hash        SHA-256 of it, in hexadecimal
--   p_overlap_ms  for how long the secret before stays valid
--   returns       the key, as the API has it; null: there is none with this id, or it was revoked or has expired
create or replace function rotate_api_key(p_id bigint, p_hint text, p_hash text, p_overlap_ms bigint) returns json
language sql volatile security definer set search_path from current
as $$
  update api_keys k set hint = p_hint, hash = decode(p_hash, 'hex'), rotated_at = now(),
    old_hash = case when p_overlap_ms > 0 and k.rotated_at > now() - interval '1 minute' and k.old_until > now() then k.old_hash else k.hash end,
    old_until = now() + p_overlap_ms * interval '1 millisecond'
  where k.id = p_id and k.revoked_at is null and (k.expires_at > now()) is not false
  returning api_key_json(k)
$$;
