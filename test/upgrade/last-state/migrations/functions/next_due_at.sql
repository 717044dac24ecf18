-- When the next job of these names is due, or may start, if it is throttled, or the next pause ends; null: nothing of it will be. The
-- end of a pause that a tick has seen is past, although that of a key is kept for a minute. Throttled jobs of a paused name wait for
-- its end, not for their rate.
create or replace function next_due_at(p_names text[]) returns timestamptz
language sql volatile set search_path from current
as $$
  select least(
    (select j.run_at from jobs j where j.state = 'scheduled' and j.name = any (p_names) order by j.run_at, j.id limit 1),
    (select r.next_at from rates r
     where r.next_at is not null and exists (select from names_throttled(r.rate_key) waiting (name) where waiting.name = any (unpaused(p_names)))
     order by r.next_at limit 1),
    (select min(p.until_at) from pauses p where p.until_at > (select t.ticked_at from ticks t)))
$$;
