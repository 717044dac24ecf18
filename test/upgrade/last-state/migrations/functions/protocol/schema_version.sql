-- The version of tables and functions. Goes up when code needs something that an older schema doesn't have; the code's own is in
-- packages/core/src/database/schema.ts.
create or replace function schema_version() returns integer
language sql immutable parallel safe return 14;
