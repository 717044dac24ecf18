-- Takes one of the lanes of these names and queues: while many drainers perform quick jobs, those with a lane claim, and the others
-- stand by.
--   p_backend  the backend that the drainer's session began on
--   p_names    the job names that it performs
--   p_lanes    how many lanes there are
--   p_most     how many jobs a drainer without a lane claims at most
--   p_pool     the queues whose jobs it performs; null: all
--   lane       the second key of the lock that was taken; null: none was free
--   is_busy    none was free, and a drainer of these jobs has claimed more than p_most within half a second. Otherwise those who
--              have them may hang: what others claim doesn't show that they don't
create or replace function enter_lane(p_backend integer, p_names text[], p_lanes integer, p_most integer, p_pool pool default null, out lane integer,
                                      out is_busy boolean)
language plpgsql volatile set search_path from current
as $$
declare
  v_names text[] := case when exists (select from pauses) then unpaused(p_names) else p_names end;
  v_scope integer := hashtext(concat(v_names, p_pool)); -- as in claim
  v_fair_scope integer := hashtext(concat('fair:', v_names, p_pool)); -- as in claim_fair
begin
  perform assert_session(p_backend);
  is_busy := false;
  for v_lane in 1 .. p_lanes loop
    if pg_try_advisory_lock(lock_space('lane'), v_scope # v_lane) then
      lane := v_scope # v_lane;
      return;
    end if;
  end loop;
  is_busy := exists (
    select from claims c
    where c.id > (select last_value - 500 from claim_ids) and c.scope in (v_scope, v_fair_scope)
      and cardinality(c.job_ids) > p_most and c.claimed_at > now() - interval '500 milliseconds');
end
$$;
