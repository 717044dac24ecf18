-- The concurrency key of a job in this queue: 'queue:', which a definition has, stands for that of its queue. Inlined.
create or replace function key_in_queue(p_key text, p_queue text) returns text
language sql immutable
return case when p_key = 'queue:' then p_key || p_queue else p_key end;
