-- Raises the error of a value that can't be taken.
create or replace function refuse(p_message text) returns void
language plpgsql immutable set search_path from current
as $$
begin
  raise exception using errcode = 'SL000', message = p_message;
end
$$;
