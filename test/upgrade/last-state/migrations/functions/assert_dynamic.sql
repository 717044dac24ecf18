-- Refuses to change a schedule that is defined in code: the next deployment would change it back.
create or replace function assert_dynamic(p_key text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if exists (select from schedules s where s.key = p_key and not s.is_dynamic) then
    raise exception using errcode = 'SL012', message = format('The schedule "%s" is defined in code: change it there, or pause it', p_key);
  end if;
end
$$;
