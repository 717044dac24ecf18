-- A time before which none of these jobs of the history has failed: when the first of them was enqueued. Ids are given in the order of the
-- enqueues, so one is looked at; finding thousands takes seconds. -infinity: its history is gone. Null: there are none.
--   p_places  where they are
create or replace function first_enqueued(p_places finished_place[]) returns timestamptz
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the day in which it has finished
as $$
declare
  v_first finished_place;
begin
  select given.* into v_first from unnest(p_places) given order by given.id limit 1;
  if not found then
    return null;
  end if;
  return coalesce((select f.enqueued_at from finished f where f.finished_at = v_first.finished_at and f.id = v_first.id limit 1), '-infinity');
end
$$;
