-- Whether a queue is paused.
create or replace function is_paused(p_queue text) returns boolean
language sql stable set search_path from current
as $$
  select exists (select from queues q where q.name = p_queue and q.paused_at is not null)
$$;
