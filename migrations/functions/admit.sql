-- Which of the jobs that were just locked may run now: the one place where a feature keeps a job back. What isn't admitted
-- leaves the claim index, and comes back by an event, such as a freed key. A job that concerns no feature pays one comparison
-- for all of them. Pauses and pools concern queues and names, not jobs: second_look drops jobs of those in the read that it makes anyway,
-- and here they are left out first only so that they take no permits and no starts, and don't begin.
--   p_state     the state that the jobs were claimed in: ready or suspect
--   p_features  the features of all of them together; null: none
--   p_paused    the paused queues, and p_paused_names the names
create or replace function admit(p_drainer integer, p_ids bigint[], p_state text, p_features integer, p_paused text[], p_paused_names text[], p_pool pool) returns bigint[]
language plpgsql volatile set search_path from current
as $$
declare
  c_limits constant integer := 1;
  c_rates constant integer := 8;
  c_begins constant integer := 16;
  c_several constant integer := 128;
  c_order constant integer := 256;
  v_admitted bigint[] := p_ids;
begin
  if p_features is not null and (p_paused_names <> '{}' or not (p_pool is null)) then
    v_admitted := array(
      select given.id from unnest(p_ids) with ordinality given (id, place), lateral (
        select j.name, j.queue from jobs j where j.id = given.id limit 1) j
      where j.name <> all (p_paused_names) and serves(p_pool, j.queue) order by given.place);
  end if;
  if p_features & (c_limits | c_rates | c_several) <> 0 then
    perform hold_paused(v_admitted, p_paused);
  end if;
  if p_features & c_rates <> 0 then
    v_admitted := throttle_jobs(v_admitted, p_state); -- first: whoever holds a concurrency key waits for no rate's
  end if;
  if p_features & c_order <> 0 then
    v_admitted := keep_order(v_admitted, p_state);
  end if;
  if p_features & c_several <> 0 then
    v_admitted := grant_all_permits(p_drainer, v_admitted, p_state);
  elsif p_features & c_limits <> 0 then
    v_admitted := grant_permits(p_drainer, v_admitted, p_state);
  end if;
  if p_features & c_begins <> 0 then -- what is admitted begins
    v_admitted := begin_jobs(v_admitted, p_state, p_features, p_paused);
  end if;
  if p_features & c_rates <> 0 then
    perform note_starts(v_admitted);
  end if;
  return v_admitted;
end
$$;
