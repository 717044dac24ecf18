-- Notes which queues pools name, and that a drainer serves its own, to five minutes, as note_names does for names. The queue '' stands
-- for all that no pool names, and until now for these: who asks next for another of them is to be told to wake a drainer. While there
-- are no pools, the table is empty.
create or replace function note_queues(p_pool pool) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if p_pool.queues <> '{}' then
    if exists (select unnest(p_pool.queues) except select q.queue from pooled_queues q) then
      insert into pooled_queues (queue) select given.queue from unnest(array_append(p_pool.queues, '')) given (queue) order by 1 on conflict do nothing;
      perform clear_wake_requests(null, ('{""}', false, null)::pool);
    end if;
  end if;
  if exists (select from pooled_queues q where q.seen_at < now() - interval '5 minutes' and serves(p_pool, q.queue)) then
    update pooled_queues q set seen_at = now()
    where q.queue in (select seen.queue from pooled_queues seen
                      where seen.seen_at < now() - interval '5 minutes' and serves(p_pool, seen.queue) for no key update skip locked);
  end if;
end
$$;
