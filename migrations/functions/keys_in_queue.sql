-- The same for several keys.
create or replace function keys_in_queue(p_keys text[], p_queue text) returns text[]
language sql immutable
return array_replace(p_keys, 'queue:', 'queue:' || p_queue);
