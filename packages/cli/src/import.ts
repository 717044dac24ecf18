import { readAddress, SchemaError } from "@sluice/core"
import pg from "pg"
import { EXIT } from "./exit.ts"
import { goodJob } from "./import/good-job.ts"
import { graphileWorker } from "./import/graphile-worker.ts"
import { move } from "./import/move.ts"
import { pgBoss } from "./import/pg-boss.ts"
import { printReport } from "./import/print.ts"
import { Report } from "./import/report.ts"
import type { Source, Tables } from "./import/source.ts"
import { refuse, UsageError } from "./option-spec.ts"
import type { Options } from "./options.ts"
import { openSluice } from "./with-sluice.ts"

const SOURCES: Readonly<Record<string, Source>> = {
  "graphile-worker": graphileWorker,
  "pg-boss": pgBoss,
  good_job: goodJob,
}

/** The queues whose jobs can be moved. */
export const SYSTEMS: readonly string[] = Object.keys(SOURCES)

/**
 * Moves the waiting jobs and the schedules of another queue in this database to Sluice, in one transaction. The exit code is 1 if
 * some are refused, and left.
 */
export async function importJobs(options: Options, [system = ""]: readonly string[]): Promise<number> {
  const source = sourceOf(system)
  if (options.crontab !== undefined && source !== graphileWorker)
    throw new UsageError(`--crontab is a file of graphile-worker, not of ${system}`)
  const fromSchema = options.fromSchema ?? source.defaultSchema
  const tables: Tables = (name) => `${pg.escapeIdentifier(fromSchema)}.${pg.escapeIdentifier(name)}`
  const report = new Report()
  await inTransaction(options, async (database) => {
    await assertMigrated(database, options.schema)
    await source.check(database, tables)
    const { sluice, jobs } = await openSluice(options, database) // in the transaction: all of it is stored, or nothing
    const { schema, crontab, setQueue: queue, map = [] } = options
    const names = new Map(map)
    await move({ source, system, database, tables, sluice, schema, jobs, names, queue, crontab, report })
  })
  printReport(report, { ...options, system, fromSchema })
  return report.refused.length === 0 ? 0 : EXIT.unchanged
}

function sourceOf(system: string): Source {
  const source = Object.hasOwn(SOURCES, system) ? SOURCES[system] : undefined
  return source ?? refuse("<system>", system, SYSTEMS.join(" or "))
}

async function inTransaction(
  { databaseUrl, dryRun }: Options,
  work: (database: pg.Client) => Promise<void>,
): Promise<void> {
  const database = readAddress(
    databaseUrl,
    (connectionString) => new pg.Client({ connectionString, application_name: "sluice import" }),
  )
  database.on("error", () => {}) // the statement that is under way rejects
  await database.connect()
  try {
    await database.query(SETTINGS)
    await database.query("begin isolation level read committed")
    await work(database)
    await database.query(dryRun ? "rollback" : "commit")
  } finally {
    await database.end() // ends a transaction that is still open, too
  }
}

/**
 * Whatever the role or the database has. graphile-worker's tables have row-level security, which would show a role that isn't their
 * owner an empty queue: an error says more. A lock that isn't free within ten seconds is an error, too, so that no other session
 * waits behind it for long.
 */
const SETTINGS = `
  set search_path to pg_catalog, pg_temp; set datestyle to 'ISO'; set timezone to 'UTC'; set row_security to off;
  set statement_timeout to 0; set idle_in_transaction_session_timeout to 0; set lock_timeout to '10s'`

async function assertMigrated(database: pg.Client, schema: string): Promise<void> {
  const { rows } = await database.query("select to_regproc($1) is not null as exists", [
    `${schema}.store_jobs`,
  ])
  if (rows[0].exists) return
  throw new SchemaError(
    "schema_missing",
    `There is no schema ${schema} of Sluice's in this database: run sluice migrate`,
  )
}
