-- Whether a job of this key that runs in order has a permit, other than p_but: one that let others pass has its turn again while they run.
create or replace function is_line_busy(p_key text, p_but bigint) returns boolean
language sql stable set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  select exists (
    select from permits p, lateral (select j.holds_key from jobs j where j.id = p.job_id limit 1) j
    where p.concurrency_key = p_key and p.job_id <> p_but and j.holds_key is not null)
$$;
