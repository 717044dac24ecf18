-- When the first of these jobs of the history was enqueued: for when their failures have ended, see ended_since. Null: it has none of them.
--   p_places  where they are
create or replace function first_enqueued(p_places finished_place[]) returns timestamptz
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days in which they have finished
as $$
declare
  v_times timestamptz[] := array(select distinct given.finished_at from unnest(p_places) given);
begin
  return (
    select min(f.enqueued_at) from unnest(p_places) given, lateral (
      select f.enqueued_at from finished f where f.finished_at = any (v_times || timestamptz '-infinity') and f.finished_at = given.finished_at and f.id = given.id limit 1) f);
end
$$;
