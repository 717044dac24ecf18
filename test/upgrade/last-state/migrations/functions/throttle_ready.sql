-- Throttles ready jobs of keys whose rates are used up, but for those that somebody has claimed, and p_but, which the caller is about
-- to. It holds the keys' locks.
create or replace function throttle_ready(p_keys text[], p_but bigint[]) returns void
language sql volatile set search_path from current
as $$
  update jobs j set state = 'throttled'
  where j.id = any (array(
    select waiting.id from unnest(p_keys) key (name), lateral (
      select r.id from jobs r where r.state = 'ready' and r.rate_key = key.name and r.id <> all (p_but) and r.id not in (select unnest(c.job_ids) from claims c)
      limit 2000 for no key update skip locked) waiting
    limit 2000))
$$;
