-- Milliseconds until the next scheduled job is due, of those due after p_since (null: of all), or the next throttled job may start.
-- The settings of the caller apply.
create or replace function due_in_ms(p_since timestamptz) returns double precision
language sql volatile
return extract(epoch from least(
  (select s.run_at from jobs s where s.state = 'scheduled' and s.run_at > coalesce(p_since, '-infinity') order by s.run_at limit 1),
  (select r.next_at from rates r where r.next_at > now() order by r.next_at limit 1)) - now())::double precision * 1000;
