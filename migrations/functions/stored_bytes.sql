-- The size of JSON text that Postgres has written, with numbers in full, but without the space after each comma and colon. Spaces
-- are counted only where they could matter, because that takes time.
create or replace function stored_bytes(p_json text, p_most integer) returns integer
language sql immutable set search_path from current
as $$
  select case when octet_length(p_json) between p_most + 1 and p_most * 2
    then octet_length(regexp_replace(p_json, e'("[^"\\\\]*(?:\\\\.[^"\\\\]*)*")|[ ]', e'\\1', 'g'))
    else octet_length(p_json) end
$$;
