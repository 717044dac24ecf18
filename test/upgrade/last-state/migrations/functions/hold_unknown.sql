-- Holds ready jobs of names that are paused, or that no drainer has known for 15 minutes, a set of those at the head of the
-- claim's index.
create or replace function hold_unknown(p_known text[], p_limit integer) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_unknown bigint[] := array(
    select u.id from first_ready(p_limit) next,
    lateral (select j.id from jobs j where j.id = next.id and j.state = 'ready' limit 1 for no key update skip locked) u
    where next.name <> all (p_known));
begin
  update jobs j set state = 'unknown' where j.id = any (v_unknown);
  perform unblock_jobs(keys_of(v_unknown));
end
$$;
