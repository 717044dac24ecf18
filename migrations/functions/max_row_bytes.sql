-- How large a payload may be, as stored, to be kept in the job's row. Settling copies the row into the history, so a larger one is
-- stored in `payloads`, once. See docs/decisions/0049-payloads.md.
create or replace function max_row_bytes() returns integer
language sql immutable parallel safe
return 1000;
