-- Puts right what is known of the parents of waiting jobs, whose rows the caller has locked: an outcome is there just if the parent isn't in the backlog. The
-- history tells how one has ended whose end was not told, because it was stored in another transaction than the job, or deleted by hand. One that isn't
-- there, either, counts as canceled.
create or replace function heal_dependencies(p_children bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  update dependencies d set outcome = null, ended_at = null
  where d.child_id = any (p_children) and d.outcome is not null and exists (select from jobs p where p.id = d.parent_id);
  with gone as materialized (
    select o.child_id, o.parent_id from unnest(p_children) given (id) cross join lateral edges_before(given.id) o
    where o.outcome is null and not exists (select from jobs p where p.id = o.parent_id)
  ), told as materialized (
    select g.child_id, g.parent_id, past.state, (past.place).finished_at
    from gone g left join finished_among(array(select o.parent_id from gone o)) past on past.id = g.parent_id
  )
  update dependencies d set outcome = coalesce(gone.state, 'canceled'), ended_at = gone.finished_at from told gone
  where d.child_id = gone.child_id and d.parent_id = gone.parent_id and d.outcome is null;
end
$$;
