-- The server's dead man's switch: a session whose client is silent or unreachable for so long is ended, and its locks are free.
-- Each setting is used where the server has it.
--   p_timeout_ms  how long
create or replace function set_session_timeout(p_timeout_ms integer) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_seconds integer := greatest(1, p_timeout_ms / 4000);
  v_names text[] := '{idle_session_timeout, idle_in_transaction_session_timeout, tcp_user_timeout, tcp_keepalives_idle,
                      tcp_keepalives_interval, tcp_keepalives_count, client_connection_check_interval}';
  v_values integer[] := array[p_timeout_ms, p_timeout_ms, p_timeout_ms, v_seconds, v_seconds, 3, least(p_timeout_ms, 5000)];
begin
  for v_place in 1 .. cardinality(v_names) loop
    begin
      perform set_config(v_names[v_place], v_values[v_place]::text, false);
    exception when others then
      null; -- an older server, or a platform that keeps it to itself
    end;
  end loop;
end
$$;
