-- What a look that begins now has seen, if it finds nothing more. Jobs that become ready later come behind it by their run_at,
-- but for late arrivals, which are noted, and jobs of a transaction that takes longer than a second: the look at everything,
-- about once a second, finds those. Inlined.
create or replace function seen_now() returns text
language sql volatile
return (now() - interval '1 second', pg_sequence_last_value('late_arrivals'))::seen_jobs::text;
