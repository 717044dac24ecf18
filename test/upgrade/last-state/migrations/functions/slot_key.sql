-- The second key of a slot's lock: pools have slots of their own.
create or replace function slot_key(p_pool pool, p_slot integer) returns integer
language sql immutable
return case when p_pool is null then p_slot else (hashtext(p_pool::text) & ~1023) | p_slot end;
