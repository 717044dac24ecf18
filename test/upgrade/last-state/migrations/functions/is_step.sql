-- Whether a value may be the name of a step: text that can't be taken for the id of a job.
create or replace function is_step(p_value jsonb) returns boolean
language sql immutable set search_path from current
return jsonb_typeof(p_value) = 'string' and length(p_value #>> '{}') between 1 and 128 and p_value #>> '{}' !~ '^[0-9]+$' and p_value #>> '{}' !~ '[[:cntrl:]]';
