-- Makes blocked jobs of these keys ready, as many a key as it has room for. The caller holds the keys' locks.
create or replace function wake_blocked(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  with woken as (
  update jobs j set state = case when j.suspect_group is null then 'ready' else 'suspect' end
  from unnest(p_keys) key (name),
  lateral (
    select b.id from jobs b where b.state = 'blocked' and b.concurrency_key = key.name
    order by b.priority, b.run_at, b.id
    limit greatest(0, (select f.concurrency_limit from jobs f where f.state = 'blocked' and f.concurrency_key = key.name
                       order by f.priority, f.run_at, f.id limit 1)
                      - (select count(*) from permits p where p.concurrency_key = key.name))
  ) first
  where j.id = first.id
  returning j.id
  )
  select note_late_arrivals() from woken limit 1
$$;
