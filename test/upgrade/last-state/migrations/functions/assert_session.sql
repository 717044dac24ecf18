-- Refuses a claim or a settle that reaches another backend than the drain began on: it comes through a transaction pooler, where
-- session locks belong to whoever comes next.
create or replace function assert_session(p_backend integer) returns void
language plpgsql stable set search_path from current
as $$
begin
  if pg_backend_pid() <> p_backend then
    raise exception using errcode = 'SL003',
      message = format('This drain began on backend %s and has come to backend %s: a transaction pooler stands between', p_backend, pg_backend_pid());
  end if;
end
$$;
