-- Makes the job ready that has its turn, of each of these keys whose jobs run in order, if it waits for that. A row that another
-- transaction moves at the same time is left to it.
create or replace function let_next(p_keys text[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off
as $$
  with woken as (
    update jobs j set state = case when j.suspect_group is null then 'ready' else 'suspect' end
    where j.id = any (array(
      select next.id from unnest(p_keys) key (name) cross join lateral first_in_line(key.name) head cross join lateral (
        select b.id from jobs b where b.id = head.id and b.state = 'behind' and not is_line_busy(key.name, head.id)
        limit 1 for no key update skip locked) next))
    returning j.id
  )
  select note_late_arrivals() from woken limit 1
$$;
