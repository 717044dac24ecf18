-- Notes that keys of the API are in use, at most once in an hour each, and never waits for it.
create or replace function note_key_use(p_ids bigint[]) returns void
language sql volatile set search_path from current
as $$
  update api_keys k set last_used_at = now()
  where k.id in (
    select used.id from api_keys used
    where used.id = any (p_ids) and (used.last_used_at > now() - interval '1 hour') is not true
    for no key update skip locked)
$$;
