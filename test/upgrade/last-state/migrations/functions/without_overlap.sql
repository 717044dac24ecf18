-- Those of the ticks whose jobs are to be enqueued. With the policy "skip" that is none while a job of an earlier tick is unfinished, and
-- with "cancel" the last one, after the others' jobs are canceled. The others are noted as skipped.
create or replace function without_overlap(p_ticks schedule_ticks[]) returns schedule_ticks[]
language plpgsql volatile set search_path from current
as $$
declare
  v_all schedule_ticks[] := coalesce(p_ticks, '{}');
  v_skipped schedule_ticks[];
begin
  if not exists (select from schedules s where s.overlap in ('skip', 'cancel') and s.key in (select t.schedule_key from unnest(v_all) t)) then
    return v_all;
  end if;
  perform cancel_jobs(array(
    select distinct job from (select s.key from schedules s where s.overlap = 'cancel' and s.key in (select t.schedule_key from unnest(v_all) t)) s,
      lateral unfinished_of(s.key) job));
  v_skipped := array(
    select row(t.schedule_key, t.tick, 'skipped', null, null, false, t.created_at)::schedule_ticks
    from (select t.*, row_number() over (partition by t.schedule_key order by t.tick) as place,
                 count(*) over (partition by t.schedule_key) as ticks from unnest(v_all) t) t
    join schedules s on s.key = t.schedule_key
    where s.overlap = 'skip' and (t.place > 1 or exists (select from unfinished_of(s.key)))
       or s.overlap = 'cancel' and t.place < t.ticks);
  update schedule_ticks t set outcome = 'skipped' from unnest(v_skipped) s
  where t.schedule_key = s.schedule_key and t.tick = s.tick;
  return array(select t from unnest(v_all) t where (t.schedule_key, t.tick) not in (select s.schedule_key, s.tick from unnest(v_skipped) s));
end
$$;
