import { readFileSync } from "node:fs"
import { makeWorkerUtils, runMigrations, type WorkerUtils } from "graphile-worker"
import { PgBoss } from "pg-boss"
import { onTestFinished } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase, type TestDatabase } from "../support/database.ts"

/** What `sluice import --json` prints. */
export interface Printed {
  readonly dryRun: boolean
  readonly jobs: number
  readonly moved: { name: string; ready: number; scheduled: number; other: number }[]
  readonly schedules: string[]
  readonly refused: { kind: string; name: string; reason: string; ids: string[] }[]
  readonly inUse: number
  readonly failed: number
}

/** Runs `sluice import`, and returns its exit code with what it prints: its report, and the text of both streams. */
export async function runImport(database: TestDatabase, system: string, ...options: string[]) {
  const args = ["import", system, "--database-url", database.url, "--json", ...options]
  const { code, output, stdout } = await runSluice(...args)
  return { code, output, report: JSON.parse(stdout) as Printed }
}

export const silent = { error() {}, warn() {}, info() {}, debug() {}, scope: () => silent } as never

/** A migrated database with the tables of graphile-worker, and its own way to add jobs. */
export async function createGraphileWorker(): Promise<{ database: TestDatabase; utils: WorkerUtils }> {
  const database = await createDatabase()
  await runMigrations({ connectionString: database.url, logger: silent })
  const utils = await makeWorkerUtils({
    pgPool: database.pool,
    preset: { worker: { logger: silent } } as never,
  })
  onTestFinished(async () => {
    await utils.release()
  })
  return { database, utils }
}

/** A migrated database with the tables of pg-boss, and one of its instances, which neither works nor schedules. */
export async function createPgBoss(): Promise<{ database: TestDatabase; boss: PgBoss }> {
  const database = await createDatabase()
  const boss = new PgBoss({ connectionString: database.url, supervise: false, schedule: false })
  boss.on("error", () => {})
  await boss.start()
  onTestFinished(() => boss.stop({ graceful: false }))
  return { database, boss }
}

/** A migrated database with the tables that GoodJob's own migration makes. */
export async function createGoodJob(): Promise<TestDatabase> {
  const database = await createDatabase()
  await database.pool.query(readFileSync(new URL("fixtures/good_jobs.sql", import.meta.url), "utf8"))
  return database
}
