-- Raises the error of a value that can't be taken, with its place: where it is in what TypeScript was given.
create or replace function refuse_at(p_path text[], p_message text) returns void
language plpgsql immutable set search_path from current
as $$
begin
  raise exception using errcode = 'SL000', message = p_message, detail = jsonb_build_object('path', p_path);
end
$$;
