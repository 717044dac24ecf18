-- Rate keys with throttled jobs for which nobody has noted when one may start, of the first 200 keys of jobs with rates: the ready job
-- that they were stored behind was never claimed. A repair finds them (see unthrottle_forgotten).
create or replace function keys_unnoted() returns setof text
language sql stable set search_path from current
as $$
  with recursive keys as (
    (select j.rate_key as key, 1 as place from jobs j where j.rate_key is not null order by j.rate_key limit 1)
    union all
    select next.key, k.place + 1 from keys k, lateral (
      select j.rate_key as key from jobs j where j.rate_key > k.key order by j.rate_key limit 1) next
    where k.place < 200
  )
  select k.key from keys k
  where not exists (select from rates r where r.rate_key = k.key and r.next_at is not null)
    and exists (select from jobs j where j.rate_key = k.key and j.state = 'throttled')
$$;
