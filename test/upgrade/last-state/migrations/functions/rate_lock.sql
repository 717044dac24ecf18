-- What is locked for a rate's key, among the concurrency keys. Inlined.
create or replace function rate_lock(p_key text) returns text
language sql immutable
return 'rate/' || p_key;
