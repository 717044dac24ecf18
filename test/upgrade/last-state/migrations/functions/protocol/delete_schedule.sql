-- Deletes a schedule. Its jobs stay. Returns whether there was one with the key p_key.
create or replace function delete_schedule(p_key text) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_dynamic(p_key);
  delete from schedules s where s.key = p_key;
  return found;
end
$$;
