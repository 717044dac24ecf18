-- Deletes a set of the measures that are no longer kept: minutes and ten minutes as long as the settings say for minutes, or 14 days,
-- and hours as they say for these. What is counted since ever goes with the last hour of its name and queue. Returns whether there may be more.
create or replace function forget_measures(p_now timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_kept settings := (select s from settings s);
  v_deleted integer;
begin
  delete from measures m using (
    select o.span_s, o.starts_at, o.name, o.queue
    from (values (60, v_kept.minutes_kept), (600, greatest(v_kept.minutes_kept, interval '14 days')), (3600, v_kept.hours_kept)) k (span_s, kept),
    lateral (select f.span_s, f.starts_at, f.name, f.queue from measures f
             where f.span_s = k.span_s and f.starts_at < p_now - k.kept order by f.starts_at limit c_set) o
    limit c_set) old
  where (m.span_s, m.starts_at, m.name, m.queue) = (old.span_s, old.starts_at, old.name, old.queue);
  get diagnostics v_deleted = row_count;
  delete from measures m where m.span_s = 0 and date_bin('1 hour', m.last_at, 'epoch') < p_now - v_kept.hours_kept;
  delete from last_job_ids l where l.minute_at < p_now - interval '1 day';
  return v_deleted = c_set;
end
$$;
