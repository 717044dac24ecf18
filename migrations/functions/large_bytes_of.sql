-- The size of a job in a claim's answer, where it is large. Inlined by the planner.
create or replace function large_bytes_of(p_payload jsonb, p_metadata jsonb, p_tags text[]) returns integer
language sql stable
return nullif(greatest(4096, coalesce(octet_length(p_payload::text), 4) + coalesce(octet_length(p_metadata::text), 0)
  + coalesce(octet_length(array_to_string(p_tags, '","')), 0)), 4096);
