-- Answers with the id of the unfinished job that has this unique key: this one's, unless another was there.
create or replace function store_unless_there(p_job new_job, p_carrier jsonb) returns bigint
language plpgsql volatile set search_path from current
as $$
declare
  v_there bigint;
begin
  loop
    insert into jobs (id, name, payload, queue, priority, run_at, max_attempts, timeout_ms, unique_key,
                      concurrency_key, concurrency_limit, tags, metadata, carrier, large_bytes, state)
    values (p_job.id, p_job.name, p_job.payload, p_job.queue, p_job.priority, p_job.run_at, p_job.max_attempts,
            p_job.timeout_ms, p_job.unique_key, p_job.concurrency_key, p_job.concurrency_limit, p_job.tags,
            p_job.metadata, p_carrier, p_job.large_bytes, p_job.state)
    on conflict (name, unique_key) where unique_key is not null do nothing;
    if found then
      return p_job.id;
    end if;
    select j.id into v_there from jobs j where j.name = p_job.name and j.unique_key = p_job.unique_key;
    if found then
      return v_there;
    end if;
    -- the other job finished between the two statements: its key is free now
  end loop;
end
$$;
