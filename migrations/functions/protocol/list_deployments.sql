-- The versions of the app whose first drainer opened in a range of time, the oldest first: the newest 1,000.
--   p_since  the begin of the range
--   p_until  its end
--   returns  a list of objects, as the API has them
create or replace function list_deployments(p_since timestamptz, p_until timestamptz) returns json
language sql stable set search_path from current
as $$
  select coalesce(json_agg(d order by d.at), '[]')
  from (select n.version, n.first_seen_at as at from deployments n where n.first_seen_at >= p_since and n.first_seen_at < p_until
        order by n.first_seen_at desc limit 1000) d
$$;
