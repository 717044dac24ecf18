-- Raised when code needs tables or functions that an older schema does not have. The code's own is in schema.ts.
create or replace function schema_version() returns integer
language sql immutable parallel safe return 12;
