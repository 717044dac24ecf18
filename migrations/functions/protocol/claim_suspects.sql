-- The same for suspects: a group of those that were in flight together when a drainer died, no larger than their
-- group allows. The caller has nothing else in flight, so that a poison job can hurt only its group.
create or replace function claim_suspects(p_drainer integer, p_backend integer, p_limit integer, p_names text[],
                               p_settled bigint[], p_spent bigint[], p_most_bytes bigint default 4194304)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, buried integer)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_locked bigint[];
  v_group integer;
begin
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  delete from claims c where c.id = any (p_spent);

  with candidates as materialized (
    select j.id, j.suspect_group from jobs j
    where j.state = 'suspect' and j.name = any (p_names)
      and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
    order by j.suspect_group desc, j.id
  ), locked as (
    select c.* from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit p_limit
  )
  select array_agg(l.id), min(l.suspect_group) into v_locked, v_group from locked l;

  perform unlock_jobs(v_locked[v_group + 1:]);
  if v_locked is not null then
    v_locked := keep_within(v_locked[:v_group], p_most_bytes);
  end if;
  return query select t.* from take(p_drainer, v_locked, true, 'suspect', p_most_bytes) t;
end
$$;
