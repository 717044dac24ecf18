-- Up to which run_at nothing can have become ready since a look; null where something may have. Inlined.
create or replace function seen_until(p_seen text) returns timestamptz
language sql volatile
return case when (p_seen::seen_jobs).late_arrivals = pg_sequence_last_value('late_arrivals') then (p_seen::seen_jobs).until_at end;
