/**
 * SQL that comes before a schema's tables, in the transaction that creates them: from here on `now()` and `clock_timestamp()` mean
 * these functions, in column defaults and in all functions. With `pg_catalog` named behind the schema they come before the server's,
 * and each function keeps this path.
 */
export function clockSql(schema: string): string {
  return `
    set local search_path to ${schema}, pg_catalog, pg_temp;
    create table test_clock (only_row boolean primary key default true check (only_row), moved_by interval not null default interval '0');
    insert into test_clock default values;
    grant select on test_clock to public;
    create function now() returns timestamptz language sql stable
      return pg_catalog.now() + (select c.moved_by from test_clock c);
    create function clock_timestamp() returns timestamptz language sql volatile
      return pg_catalog.clock_timestamp() + (select c.moved_by from test_clock c);
  `
}

/** The server's start is told on its own clock, so drainers of a clock that was set back would seem to be from before it. */
export function afterClockSql(schema: string): string {
  return `create or replace function ${schema}.server_started_at() returns timestamptz language sql stable
    return timestamptz '-infinity'`
}
