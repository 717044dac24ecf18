-- Kinds of jobs that stand for all that a drainer with these names and this pool performs: each name in each queue that pools name,
-- and in '' for the others.
create or replace function kinds_of(p_names text[], p_pool pool) returns job_kind[]
language sql stable set search_path from current
as $$
  select array(
    select (given.name, q.queue)::job_kind
    from unnest(p_names) given (name), (select p.queue from pooled_queues p union select '') q where serves(p_pool, q.queue))
$$;
