-- Rate keys with throttled jobs for which nobody has noted when one may start, of the first 200 keys of jobs with rates: the ready job
-- that they were stored behind was never claimed. A repair finds them (see unthrottle_forgotten).
create or replace function keys_unnoted() returns setof text
language sql stable set search_path from current
as $$
  select k.key from rate_keys_behind('', 200) k (key)
  where not exists (select from rates r where r.rate_key = k.key and r.next_at is not null)
    and exists (select from jobs j where j.rate_key = k.key and j.state = 'throttled')
$$;
