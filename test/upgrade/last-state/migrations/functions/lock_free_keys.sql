-- Locks these keys and returns them, without those that somebody holds for longer than a moment: a transactional job's process
-- may have been stopped between the record of its end and the commit. The jobs of such keys are left, and others are claimed.
create or replace function lock_free_keys(p_keys text[]) returns text[]
language plpgsql volatile set search_path from current set lock_timeout = '100ms'
as $$
begin
  begin
    perform lock_keys(p_keys);
    return p_keys;
  exception when lock_not_available then
    null; -- and none of them is locked
  end;
  return array(
    select key from unnest(p_keys) key where pg_try_advisory_xact_lock(lock_space('key'), hashtext(key)));
end
$$;
