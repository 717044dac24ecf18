-- Locks up to p_limit suspects for a drainer that has nothing else in flight: of those that were in flight at the same deaths
-- a group, no larger than it may be.
--   p_trusted  jobs that may run together although their groups are smaller, because this drainer has survived others
--   locked     the jobs; null: none
--   features   the features of all of them together; null: none
create or replace function lock_suspects(
  p_drainer integer, p_limit integer, p_names text[], p_trusted integer, p_pool pool, out locked bigint[], out features integer)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_tried bigint[];
begin
  with candidates as materialized (
    select j.id from jobs j
    where j.state = 'suspect' and j.name = any (p_names) and serves(p_pool, j.queue)
      and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
    order by j.suspect_group desc, j.id
  ), locked_now as (
    select c.id from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit p_limit
  )
  select array_agg(l.id) into v_tried from locked_now l;

  -- The size of the group is read under the locks: a reap may have shrunk it since.
  with look as (
    select j.id, j.features, j.suspect_group, max(j.suspect_group) over () as size,
           row_number() over (order by j.suspect_group desc, j.id) as place
    from jobs j where j.id = any (v_tried) and j.state = 'suspect'
  )
  select array_agg(l.id order by l.id), bit_or(l.features) into locked, features from look l
  where l.place <= p_trusted or l.suspect_group = l.size and l.place <= l.size;
  perform unlock_jobs(array(select unnest(v_tried) except select unnest(locked)));
end
$$;
