-- The newest claim, of those after p_after, of a drainer that claims from these jobs or from more of them: what lies before its end
-- is held or done, but for what a look from the start finds; and whether a throttled job may start, which asks for such a look. Inlined by the planner. Deleted rows stay in the index while anybody
-- holds an old snapshot, so it isn't followed far back.
create or replace function frontier_of(p_scope integer, p_fits_ms bigint, p_after bigint)
returns table (looked_at timestamptz, ended_at job_position, pass seen_jobs, may_unthrottle boolean)
language sql stable
begin atomic
  select newest.looked_at, newest.ended_at, newest.pass, exists (select from rates r where r.next_at <= now())
  from (select) one left join lateral (
    select c.* from claims c
    where c.id > p_after and c.id > (select last_value - 500 from claim_ids)
      and c.scope = p_scope and (c.fits_ms is null or c.fits_ms >= p_fits_ms) and c.ended_at is not null
    order by c.id desc limit 1) newest on true;
end
