-- Up to which run_at nothing can have become ready since a look; null where something may have.
create or replace function seen_until(p_seen text) returns timestamptz
language sql volatile set search_path from current
as $$
  select (p_seen::seen_jobs).until_at from late_arrivals l where l.last_value = (p_seen::seen_jobs).late_arrivals
$$;
