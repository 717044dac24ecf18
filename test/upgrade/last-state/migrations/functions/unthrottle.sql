-- Makes throttled jobs ready, of each key as many as may start now, without those that are ready and can be claimed already: the
-- most urgent ones of the names that the drainer performs, so that nobody waits for a job that it can't take. Keys that somebody
-- holds are left. Then notes when the next job may start, unless what waits is of other names, which other drainers perform.
create or replace function unthrottle(p_keys text[], p_names text[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[] := array(select key from unnest(p_keys) key where pg_try_advisory_xact_lock(lock_space('key'), hashtext(rate_lock(key))));
  v_at timestamptz := clock_timestamp();
  v_paused text[] := paused('queue');
  v_brought integer;
begin
  if v_keys = '{}' then
    return;
  end if;
  with open as materialized (
    select f.*, rate_room(f.rate, v_at, f.started_at, f.starts) as room from rates_in_force(v_keys) f
  ), places as materialized (
    select o.rate_key, o.room - (
      select count(*) from (
        select from jobs r where r.rate_key = o.rate_key and r.state = 'ready' and r.name = any (p_names)
          and r.queue <> all (v_paused) and (r.expires_at is null or r.expires_at > now() or r.fence > 0)
          and r.id not in (select unnest(c.job_ids) from claims c) limit o.room) ready) as left
    from open o where o.room > 0
  )
  update jobs j set state = case when j.suspect_group is null then 'ready' else 'suspect' end
  where j.id = any (array(
    select first.id from places p, lateral (
      select t.id from names_throttled(p.rate_key) known (name), lateral (
        select w.id, w.priority, w.run_at from jobs w
        where w.rate_key = p.rate_key and w.state = 'throttled' and w.name = known.name
        order by w.priority, w.run_at, w.id limit least(p.left, 2000) for no key update skip locked) t
      where known.name = any (p_names) and p.left > 0
      order by t.priority, t.run_at, t.id limit least(p.left, 2000)) first));
  get diagnostics v_brought = row_count;

  update rates r set next_at = case when waiting.names <> '{}' then
      case when waiting.names && p_names then rate_next_at(f.rate, v_at, log.started_at, log.starts)
           else greatest(r.next_at, v_at + interval '1 second') end end
  from unnest(v_keys) key (name)
  cross join lateral rates_in_force(array[key.name]) f
  cross join lateral (select array(select names_throttled(key.name)) as names) waiting
  cross join lateral rate_log(f.rate, v_at, rate_room(f.rate, v_at, f.started_at, f.starts), f.started_at, f.starts) log
  where r.rate_key = key.name and (r.next_at is not null or waiting.names <> '{}');
  if v_brought > 0 then
    perform note_late_arrivals();
  end if;
end
$$;
