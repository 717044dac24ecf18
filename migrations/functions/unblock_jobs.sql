-- Makes blocked jobs of these keys ready, of each name as many as the key has room for, so that a job that no drainer can take
-- doesn't keep back those of another name. The claim enforces the limit: one that was unblocked too many is blocked there again.
-- At most 2,000 of a name at once, where a limit has been raised by thousands: the next release, or tick, unblocks more. Rows
-- that another transaction moves at the same time are left to it. Where a key's jobs run in order, it is the one that has its turn.
create or replace function unblock_jobs(p_keys text[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off -- whatever the statistics say of states that nobody has at the moment
as $$
  with woken as (
    update jobs j set state = case when j.suspect_group is null then 'ready' else 'suspect' end
    where j.id = any (array(
      select first.id
      from limits_in_force(array(
        select key.name from unnest(p_keys) key (name),
        lateral (select from jobs b where b.state = 'blocked' and coalesce(b.waits_for, b.concurrency_key) = key.name limit 1) waiting)) f,
      lateral (select greatest(0, f.allowed - count(*)) as places from permits p where p.concurrency_key = f.concurrency_key) room,
      lateral (select blocked.name from names_blocked(f.concurrency_key) blocked (name) where room.places > 0) blocked,
      lateral (
        select b.id from jobs b where b.state = 'blocked' and coalesce(b.waits_for, b.concurrency_key) = f.concurrency_key and b.name = blocked.name
        order by b.priority, b.run_at, b.id limit least(room.places, 2000) for no key update skip locked) first))
    returning j.id
  )
  select note_late_arrivals() from woken limit 1;

  select let_next(p_keys) where exists (select from jobs j where j.state = 'behind')
$$;
