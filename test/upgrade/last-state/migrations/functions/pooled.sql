-- The queue, if a pool names it, and otherwise '', which stands for all others.
create or replace function pooled(p_queue text) returns text
language sql stable
begin atomic
  select coalesce((select q.queue from pooled_queues q where q.queue = p_queue), '');
end
