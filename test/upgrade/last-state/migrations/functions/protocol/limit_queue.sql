-- Limits how many unfinished jobs a queue may have: further enqueues are refused. Jobs that are there are counted, too: as many as
-- the limit, which reads the whole backlog once. They are those that will be claimed last, so that a queue with more jobs than that
-- stays full until nearly all the others have finished.
--   p_queue    the queue
--   p_waiting  the limit; null: none
create or replace function limit_queue(p_queue text, p_waiting integer default null) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform limit_waiting('queue', p_queue, p_waiting);
  update jobs j set is_counted = true
  where j.id = any (array(
    select there.id from jobs there where there.queue = p_queue and there.is_counted is null
    order by there.priority desc, there.run_at desc, there.id desc limit p_waiting for no key update skip locked))
    and p_waiting is not null;
end
$$;
