-- What the history knows of jobs of a batch: first those that have failed, by their index, then the others, singly if they are few, and else by one
-- look at everything since the batch.
--   p_ids    the jobs, none of which is unfinished
--   p_since  when the batch was stored
create or replace function past_of_batch(p_batch bigint, p_ids bigint[], p_since timestamptz) returns table (id bigint, name text, state text, reason text)
language plpgsql stable set search_path from current
set jit = off
set plan_cache_mode = force_custom_plan -- for the days since then, and not for all of them
as $$
declare
  c_few constant integer := 200;
  v_found bigint[] := '{}';
  v_since timestamptz := ended_since(p_since);
  v_earlier timestamptz := p_since - interval '25 hours'; -- an idempotency key may lead to an earlier job
begin
  for id, name, state, reason in
    select f.id, f.name, f.state, f.reason from finished f where f.batch_id = p_batch and f.state <> 'succeeded' and f.finished_at >= v_since
  loop
    v_found := v_found || id;
    return next;
  end loop;
  p_ids := array(select unnest(p_ids) except select unnest(v_found));
  if cardinality(p_ids) > c_few then
    v_found := '{}';
    for id, name, state, reason in
      select f.id, f.name, f.state, f.reason from finished f where f.batch_id = p_batch and f.state = 'succeeded' and f.finished_at >= v_since
    loop
      v_found := v_found || id;
      return next;
    end loop;
    p_ids := (array(select unnest(p_ids) except select unnest(v_found)))[1:c_few];
  end if;
  return query
  select past.* from unnest(p_ids) given (id), lateral (
    select f.id, f.name, f.state, f.reason from finished f
    where f.id = given.id and f.finished_at >= v_earlier order by f.finished_at desc limit 1) past;
end
$$;
