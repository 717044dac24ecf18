-- Milliseconds after its claim within which a job with such a rate has to start; its drainer gives it back otherwise. Starts count
-- for as much longer, so that no window has too many of them, however late each of them was. Inlined.
create or replace function grace_ms(p_rate rate_limit) returns bigint
language sql immutable
return least(1000, greatest(100, (p_rate).per_ms / 10));
