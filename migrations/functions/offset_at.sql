-- How far the clocks of a time zone are ahead of UTC at an instant. Inlined.
create or replace function offset_at(p_zone text, p_at timestamptz) returns interval
language sql immutable
return (p_at at time zone p_zone) - (p_at at time zone 'UTC');
