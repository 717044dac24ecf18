-- Completes the jobs of store_jobs that were enqueued by name alone: what the call left open is as the registered definition
-- says, else as p_defaults say. A job whose concurrency key only the definition's code can compute is marked so.
create or replace function apply_definitions(p_jobs jsonb, p_defaults jsonb) returns jsonb
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  perform assert_known_names(p_jobs);
  return (
    select jsonb_agg(case when job ? 'by_name' then job || jsonb_strip_nulls(jsonb_build_object(
      'queue', coalesce(job->>'queue', d.queue, p_defaults->>'queue'),
      'priority', coalesce((job->>'priority')::integer, d.priority, (p_defaults->>'priority')::integer),
      'concurrency_key', coalesce(job->>'concurrency_key', d.concurrency_key),
      'concurrency_limit', coalesce((job->>'concurrency_limit')::integer, d.concurrency_limit),
      'computes_key', nullif(d.computes_key, false))) else job end order by place)
    from jsonb_array_elements(p_jobs) with ordinality j (job, place)
    left join definitions d on d.name = job->>'name');
end
$$;
