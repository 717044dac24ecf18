-- Whether to repair: nobody has for a second. A repair in the future, of a server whose clock was set back since, doesn't count.
-- Infinity: never. Inlined.
create or replace function is_repair_due(p_repaired_at timestamptz) returns boolean
language sql volatile
return p_repaired_at not between clock_timestamp() - interval '1 second' and clock_timestamp() + interval '1 second' and p_repaired_at < 'infinity';
