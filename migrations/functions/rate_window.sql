-- For how long a start counts. Inlined.
create or replace function rate_window(p_rate rate_limit) returns interval
language sql immutable
return ((p_rate).per_ms + grace_ms(p_rate)) * interval '1 millisecond';
