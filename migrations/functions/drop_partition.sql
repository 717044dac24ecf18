-- Likewise.
create or replace function drop_partition(p_name text) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  execute format('drop table %I', p_name);
  return true;
exception when lock_not_available then
  return false;
end
$$;
