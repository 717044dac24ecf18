-- Answers whether it got the locks it needed.
create or replace function prepare_partition(p_parent text, p_key text, p_day date) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_name text := p_parent || to_char(p_day, '_YYYYMMDD');
  v_from timestamptz := p_day::timestamp at time zone 'UTC';
  v_to timestamptz := (p_day + 1)::timestamp at time zone 'UTC';
begin
  -- Attached when filled, rather than created in place, because that takes no lock that an insert waits for.
  execute format('create table %I (like %I including defaults including constraints)', v_name, p_parent);
  execute format('with moved as (delete from %I where %I >= %L and %2$I < %4$L returning *) insert into %5$I select * from moved',
                 p_parent || '_default', p_key, v_from, v_to, v_name);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', p_parent, v_name, v_from, v_to);
  return true;
exception when lock_not_available then
  return false;
end
$$;
