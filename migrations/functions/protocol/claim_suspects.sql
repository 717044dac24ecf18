-- The same for suspects: of those that were in flight at the same deaths a group, no larger than it may be. The caller
-- has nothing else in flight, so that a poison job can hurt only its group.
--   p_trusted  jobs that may run together although their groups are smaller, because this drainer has survived others
create or replace function claim_suspects(p_drainer integer, p_backend integer, p_limit integer, p_names text[],
                               p_settled bigint[], p_spent bigint[], p_max_bytes bigint default 4194304, p_trusted integer default 1)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, dead boolean)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_locked bigint[];
  v_group bigint[];
begin
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  delete from claims c where c.id = any (p_spent);

  if may_take_suspects(p_drainer) then
    with candidates as materialized (
      select j.id from jobs j
      where j.state = 'suspect' and j.name = any (p_names)
        and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
      order by j.suspect_group desc, j.id
    ), locked as (
      select c.id from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit p_limit
    )
    select array_agg(l.id) into v_locked from locked l;
  end if;

  -- The size of the group is read under the locks: a reap may have shrunk it since.
  with look as (
    select j.id, j.suspect_group, max(j.suspect_group) over () as size, row_number() over (order by j.suspect_group desc, j.id) as place
    from jobs j where j.id = any (v_locked) and j.state = 'suspect'
  )
  select array_agg(l.id order by l.id) into v_group from look l
  where l.place <= p_trusted or l.suspect_group = l.size and l.place <= l.size;
  perform unlock_jobs(array(select unnest(v_locked) except select unnest(v_group)));
  if v_group is not null then
    v_group := trim_to_bytes(v_group, p_max_bytes);
  end if;
  return query select t.* from second_look(p_drainer, v_group, true, 'suspect', p_max_bytes) t;
end
$$;
