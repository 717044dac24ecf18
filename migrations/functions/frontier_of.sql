-- The claim that has come furthest since a look from the start last led back, by drainers that claim from these jobs or from more of them:
-- what lies before its end is held or done, but for what the next look finds. Not simply the newest row: that of a slow claim comes late,
-- and would lead all of them back over what the others have claimed meanwhile. Of claims before p_after, which is the drainer's own last
-- one, nothing is new; that one is read, too, if more than 16 have been written since: whoever leads back isn't led away by claims that
-- didn't know of it, and leads back the others with its next one. And when one of them last looked from the start (a look in the future, of a server whose clock was set back since,
-- doesn't count), and whether a throttled job may start, which asks for such a look. Inlined by the planner. Deleted rows stay in the
-- index while anybody holds an old snapshot, so it isn't followed far back.
create or replace function frontier_of(p_scope integer, p_fits_ms bigint, p_after bigint)
returns table (looked_at timestamptz, ended_at job_position, pass seen_jobs, led_back_at timestamptz, may_unthrottle boolean)
language sql stable
begin atomic
  select furthest.looked_at, furthest.ended_at, furthest.pass, furthest.led_back_at, exists (select from rates r where r.next_at <= now())
  from (select) one left join lateral (
    select max(recent.looked_at) filter (where recent.looked_at <= now() + interval '1 second') over () as looked_at, recent.ended_at, recent.pass, recent.led_back_at from (
      (select c.looked_at, c.ended_at, c.pass, c.led_back_at from claims c
       where c.id >= p_after and c.id > (select last_value - 500 from claim_ids)
         and c.scope = p_scope and (c.fits_ms is null or c.fits_ms >= p_fits_ms) and c.ended_at is not null
       order by c.id desc limit 16)
      union all
      (select c.looked_at, c.ended_at, c.pass, c.led_back_at from claims c where c.id = p_after and c.scope = p_scope and c.ended_at is not null)) recent
    order by recent.led_back_at desc nulls last, recent.ended_at desc limit 1) furthest on true;
end
