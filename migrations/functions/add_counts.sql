-- Adds what has been counted to the rows of batches, which the caller has locked. One statement, so it sees all of a transaction's counts
-- or none, and those of a job's end only with those of its enqueue.
create or replace function add_counts(p_ids bigint[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  with gone as (
    delete from batch_counts c where c.batch_id = any (p_ids) returning c.*
  ), sums as (
    select g.batch_id, sum(g.total) as total, sum(g.succeeded) as succeeded, sum(g.discarded) as discarded, sum(g.canceled) as canceled
    from gone g group by g.batch_id
  )
  update batches b set total = b.total + s.total, succeeded = b.succeeded + s.succeeded, discarded = b.discarded + s.discarded,
                       canceled = b.canceled + s.canceled
  from sums s where b.id = s.batch_id
$$;
