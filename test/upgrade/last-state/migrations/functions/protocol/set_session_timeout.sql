-- The server's dead man's switch: a session whose client is silent or unreachable for so long is ended, and its locks are free.
-- Each setting is used where the server has it.
--   p_timeout_ms  how long
create or replace function set_session_timeout(p_timeout_ms integer) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_setting record;
begin
  for v_setting in
    select * from (values
      ('idle_session_timeout', p_timeout_ms || 'ms'),
      ('idle_in_transaction_session_timeout', p_timeout_ms || 'ms'),
      ('tcp_user_timeout', p_timeout_ms || 'ms'),
      ('tcp_keepalives_idle', greatest(1, p_timeout_ms / 4000) || 's'),
      ('tcp_keepalives_interval', greatest(1, p_timeout_ms / 4000) || 's'),
      ('tcp_keepalives_count', '3'),
      ('client_connection_check_interval', least(p_timeout_ms, 5000) || 'ms')) s (name, value)
  loop
    begin
      perform set_config(v_setting.name, v_setting.value, false);
    exception when others then
      null; -- an older server, or a platform that keeps it to itself
    end;
  end loop;
end
$$;
