-- The slowest of the newest finished jobs of a name: among those in the last 1,000 pages of the newest partitions of the history, so that
-- no call reads more. Jobs are added to the history at its end.
--   p_name    the name
--   p_limit   how many at most
--   returns   a list of objects, the slowest first
create or replace function slowest_jobs(p_name text, p_limit integer) returns json
language plpgsql stable set search_path from current set jit = off
as $$
declare
  v_left integer := 1000;
  v_part record;
  v_found jsonb := '[]';
  v_some jsonb;
begin
  for v_part in
    select c.oid::regclass as part, (pg_relation_size(c.oid) / current_setting('block_size')::bigint)::integer as pages
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'finished'::regclass and c.relname ~ '^finished_[0-9]' order by c.relname collate "C" desc
  loop
    exit when v_left <= 0;
    continue when v_part.pages = 0;
    execute format(
      'select coalesce(jsonb_agg(s), ''[]'') from (
         select f.id::text as "jobId", f.queue, f.state, f.attempts, f.started_at as "startedAt", f.finished_at as "finishedAt", f.duration_ms as "durationMs"
         from %s f where f.ctid >= $1 and f.name = $2 and f.duration_ms is not null order by f.duration_ms desc limit $3) s', v_part.part)
    into v_some using format('(%s,0)', greatest(0, v_part.pages - v_left))::tid, p_name, p_limit;
    v_found := v_found || v_some;
    v_left := v_left - v_part.pages;
  end loop;
  return (select coalesce(json_agg(s order by (s->>'durationMs')::integer desc), '[]')
          from (select s from jsonb_array_elements(v_found) s order by (s->>'durationMs')::integer desc limit p_limit) s);
end
$$;
