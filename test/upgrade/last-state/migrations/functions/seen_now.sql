-- What a look that begins now has seen, if it finds nothing more. Jobs that become ready later come behind it by their run_at,
-- but for late arrivals, which are noted, and jobs of a transaction that takes longer than a second: the look at everything,
-- about once a second, finds those.
create or replace function seen_now() returns text
language sql volatile set search_path from current
as $$
  select (now() - interval '1 second', l.last_value)::seen_jobs::text from late_arrivals l
$$;
