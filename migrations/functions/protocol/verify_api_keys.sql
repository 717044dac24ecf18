-- Looks for the keys of the API that have these secrets.
--   p_hashes  SHA-256 of each secret, in hexadecimal
--   returns   a list of objects, one for each secret that is valid: its hash, and principal (see principal_json)
create or replace function verify_api_keys(p_hashes text[]) returns json
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_ids bigint[];
  v_found json;
begin
  select array_agg(f.id), coalesce(json_agg(json_build_object('hash', f.hash, 'principal', f.principal)), '[]') into v_ids, v_found
  from (
    select k.id, given.hash, principal_json(k, case when k.hash <> decode(given.hash, 'hex') then k.old_until end) as principal
    from unnest(p_hashes) given (hash) join api_keys k on k.hash = decode(given.hash, 'hex') or k.old_hash = decode(given.hash, 'hex')
  ) f
  where f.principal is not null;
  perform note_key_use(v_ids);
  return v_found;
end
$$;
