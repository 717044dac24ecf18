import { inject } from "vitest"

/**
 * Settings of a database, or of a role, under which an app may well live, and on which nothing of ours may rely. Each is
 * odd by itself; together they are what `SLUICE_TEST_HOSTILE=1 npx vitest run …` gives the databases of all tests.
 */
export const HOSTILE_SETTINGS: Readonly<Record<string, string>> = {
  default_transaction_isolation: "serializable",
  default_transaction_deferrable: "on",
  datestyle: "SQL, DMY",
  intervalstyle: "sql_standard",
  timezone: "Pacific/Chatham",
  bytea_output: "escape",
  standard_conforming_strings: "off",
  extra_float_digits: "0",
  // `hostile` has tables, functions and operators named as ours or as Postgres' own, see HOSTILE_OBJECTS
  search_path: 'hostile, "$user", public, pg_catalog',
  lock_timeout: "700ms",
  statement_timeout: "20s",
  transaction_timeout: "20s",
  idle_in_transaction_session_timeout: "20s",
  idle_session_timeout: "40s",
  default_statistics_target: "1",
  plan_cache_mode: "force_generic_plan",
  jit: "on",
  jit_above_cost: "0",
  enable_indexscan: "off",
  enable_nestloop: "off",
  geqo_threshold: "2",
  join_collapse_limit: "1",
  work_mem: "64kB",
  xmlbinary: "hex",
  check_function_bodies: "on",
  array_nulls: "on",
  client_min_messages: "error",
  row_security: "on",
  quote_all_identifiers: "on",
}

/**
 * A statement of ours that goes by the session's path meets one of these first, and says so. Few enough that the
 * statements of the tests themselves keep working.
 */
export const HOSTILE_OBJECTS = `
create schema if not exists hostile;
create table hostile.trap (name text);
create function hostile.spring(what text) returns boolean language plpgsql as
  $$ begin raise exception 'the trap % was sprung', what; end $$;
${["jobs", "finished", "queues", "drainers", "claims", "permits", "definitions", "wake_requests", "progress"]
  .map((name) => `create view hostile.${name} as select hostile.spring('${name}') as id;`)
  .join("\n")}
create function hostile.hashtext(text) returns integer language sql as $$ select hostile.spring('hashtext'); select 0 $$;
create function hostile.pg_backend_pid() returns integer language sql as $$ select hostile.spring('pg_backend_pid'); select 0 $$;
create function hostile.job_lock(bigint) returns bigint language sql as $$ select hostile.spring('job_lock'); select 0::bigint $$;
create function hostile.add_up(bigint, bigint) returns bigint language sql as $$ select hostile.spring('add_up'); select 0::bigint $$;
create aggregate hostile.count(bigint) (sfunc = hostile.add_up, stype = bigint, initcond = '0');
`

/** The first major version that has a setting, where that is not the oldest we support. */
const SINCE: Readonly<Record<string, number>> = { transaction_timeout: 17 }

/**
 * Statements that give a database those of these settings that its server has; each connection that is opened from then
 * on has them.
 */
export function alterDatabase(name: string, settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .filter(([setting]) => inject("postgresVersion") >= (SINCE[setting] ?? 0))
    .map(
      ([setting, value]) =>
        `alter database ${name} set ${setting} to ${setting === "search_path" ? value : `'${value}'`};`,
    )
    .join("\n")
}
