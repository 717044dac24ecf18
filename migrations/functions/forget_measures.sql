-- Deletes a set of the measures that are no longer kept: minutes and ten minutes as long as the settings say for minutes, or 14 days,
-- and hours and days as they say for hours. Of names, which may be thousands, it keeps fewer where there are too many rows: the newest. What is
-- counted since ever goes with the last hour of its name and queue. Returns whether there may be more.
--   p_most  how many minutes, and how many ten minutes, are kept of all names together; of hours twice as many, and as many of days
create or replace function forget_measures(p_now timestamptz, p_most integer default 500000) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_kept settings := (select s from settings s);
  v_deleted integer;
begin
  delete from measures m using (
    select o.span_s, o.starts_at, o.name, o.queue
    from (values (60, v_kept.minutes_kept, p_most), (600, greatest(v_kept.minutes_kept, interval '14 days'), p_most),
                 (3600, v_kept.hours_kept, 2 * p_most), (86400, v_kept.hours_kept, 2 * p_most)) k (span_s, kept, most),
    lateral (select (select n.starts_at from measures n where n.span_s = k.span_s order by n.starts_at desc offset k.most limit 1) as before) full_at,
    lateral (
      (select f.span_s, f.starts_at, f.name, f.queue from measures f
       where f.span_s = k.span_s and f.starts_at < p_now - k.kept order by f.starts_at limit c_set)
      union
      (select f.span_s, f.starts_at, f.name, f.queue from measures f
       where f.span_s = k.span_s and f.starts_at <= full_at.before and f.name <> '' order by f.starts_at limit c_set)) o
    limit c_set) old
  where (m.span_s, m.starts_at, m.name, m.queue) = (old.span_s, old.starts_at, old.name, old.queue);
  get diagnostics v_deleted = row_count;
  delete from measures m where m.span_s = 0 and date_bin('1 hour', m.last_at, 'epoch') < p_now - v_kept.hours_kept;
  delete from last_job_ids l where l.minute_at < p_now - interval '1 day';
  return v_deleted = c_set;
end
$$;
