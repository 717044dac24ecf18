-- Deletes a set of the tokens that ended before p_before, without those of unfinished jobs: a job in a paused queue gets its value however
-- late it comes to it. Returns whether there may be more.
create or replace function forget_waits(p_before timestamptz) returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 5000;
  v_tokens text[] := array(
    select w.token from waits w
    where w.ended_at < p_before and not exists (select from waiting_jobs j where j.token = w.token)
    order by w.ended_at limit c_set for update skip locked);
begin
  -- a later statement: it sees who came to wait until the rows were locked
  delete from waits w where w.token = any (v_tokens) and not exists (select from waiting_jobs j where j.token = w.token);
  return cardinality(v_tokens) = c_set;
end
$$;
