-- When the server last began to accept sessions: all from before have ended because of it. That is its start, or the crash of one
-- of its processes, after which it drops its statistics, or, if it was a standby, the last commit that came from the other server.
create or replace function server_started_at() returns timestamptz
language sql stable set search_path from current
as $$
  select greatest(pg_postmaster_start_time(), (select a.stats_reset from pg_stat_archiver a), pg_last_xact_replay_timestamp())
$$;
