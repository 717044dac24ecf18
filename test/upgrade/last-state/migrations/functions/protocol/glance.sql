-- Claims, if jobs are ready that the last look from the start could not see: what a drainer sends every few milliseconds while it waits for
-- more of what just came. In any case it unlocks p_settled.
--   p_drainer, p_backend, p_limit, p_names, p_resume_after, p_settled, p_spent, p_seen, p_priorities, p_fits_ms, p_max_bytes, p_last_claim,
--   p_looked_ms_ago, p_pass, p_pool  as in claim
--   returns                          as claim; no row if there are no such jobs
create or replace function glance(p_drainer integer, p_backend integer, p_limit integer, p_names text[], p_resume_after text,
                      p_settled bigint[], p_spent bigint[], p_seen text default null, p_priorities integer[] default '{}',
                      p_fits_ms bigint default null, p_max_bytes bigint default 4194304, p_last_claim bigint default 0,
                      p_looked_ms_ago double precision default 0, p_pass text default null, p_pool pool default null)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, resume_after text, more boolean, suspects boolean, expired boolean,
               due_in_ms double precision, seen text, whole boolean, dead boolean, canceled json, unkeyed boolean, from_start boolean,
               pass text, drainers integer, fair integer, aside_id bigint, payload jsonb, payload_key text)
language plpgsql volatile set search_path from current
as $$
declare
  v_glimpse record;
begin
  perform assert_session(p_backend);
  if p_settled <> '{}' then
    perform unlock_jobs(p_settled);
  end if;
  v_glimpse := glimpse(p_names, p_seen, p_priorities, p_fits_ms, p_pool);
  if not v_glimpse.is_ready then
    return;
  end if;
  if v_glimpse.behind is not null then -- just behind that place, wherever others are
    p_resume_after := v_glimpse.behind;
    p_last_claim := null;
    p_looked_ms_ago := -1;
  end if;
  return query select * from claim(p_drainer, p_backend, p_limit, p_names, p_resume_after, '{}', p_spent, p_seen, p_priorities, p_fits_ms,
    p_max_bytes, p_last_claim, p_looked_ms_ago, p_pass, p_pool);
end
$$;
