-- Forgets what jobs have saved that have ended. The batches that they have gathered are nobody's any more.
create or replace function forget_progress_of(p_finished bigint[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  with gone as (
    delete from progress p where p.job_id = any (p_finished) returning p.kind, p.value
  )
  insert into orphaned_batches (batch_id) select (g.value->>'batch')::bigint from gone g where g.kind = 'gathering' on conflict do nothing
$$;
