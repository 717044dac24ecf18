-- Forgets objects that were deleted from the app's store.
--   p_keys  their keys
create or replace function forget_superfluous_objects(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  delete from superfluous_objects o where o.store_key = any (p_keys)
$$;
