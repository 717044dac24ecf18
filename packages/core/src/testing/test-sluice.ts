import pg from "pg"
import { assertKnownKeys, refuse } from "../checks/validate.ts"
import { createSluice } from "../create-sluice.ts"
import type { Connect } from "../database/connection.ts"
import { assertSchemaName } from "../database/schema.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { Hooks } from "../job/hooks.ts"
import { createConnect } from "../pg/pg.ts"
import type { Sluice, SluiceOptions } from "../sluice.ts"
import { createClock, type TestClock } from "./clock.ts"
import { createDeliveries, type Deliveries } from "./deliver-twice.ts"
import { createDrains, type Drains } from "./drain-all.ts"
import { createAssertions, type EnqueuedAssertions } from "./enqueued.ts"
import { createLives } from "./perform-life.ts"
import { type CrashProofs, createCrashProofs } from "./prove.ts"
import { createJobRuns, type Failures, failureHooks, type JobRuns } from "./run-job.ts"
import { createTestDatabase } from "./test-database.ts"
import { createTestDrainers, type TestDrainers } from "./test-drainer.ts"

/** A server for tests, such as `await startPostgres({ dataDir })` of `@sluice/local/postgres`. */
export interface TestServer {
  readonly url: string
  stop?(): Promise<void>
}

export interface TestSluiceOptions<Job extends AnyJobDefinition = AnyJobDefinition>
  extends Omit<SluiceOptions<Job>, "database" | "listen"> {
  /**
   * The server on which the database is created: a connection string of a role that may do so, whose own database isn't touched,
   * or a server that `close` stops.
   */
  readonly server: string | TestServer
  /** Prepares the new database, for example with the app's own migrations. */
  readonly prepare?: (url: string) => Promise<unknown>
}

/** A Sluice with a database of its own. Its functions can be taken out of it: `const { drainAll, clock } = …`. */
// biome-ignore lint/suspicious/noExplicitAny: as Sluice
export interface TestSluice<Job extends AnyJobDefinition = any>
  extends Drains,
    TestDrainers,
    JobRuns,
    Deliveries,
    EnqueuedAssertions,
    CrashProofs {
  readonly sluice: Sluice<Job>
  /** The connection string of the database, for what your jobs do with it. */
  readonly url: string
  /** A pool on it, for tests. */
  readonly pool: pg.Pool
  /** Opens the drainers' connections. */
  readonly connect: Connect
  readonly clock: TestClock
  /** Drops the database, whoever is connected to it. */
  close(): Promise<void>
}

const SLUICE_KEYS = [
  "jobs",
  "schedules",
  "schema",
  "defaults",
  "wake",
  "answerWithin",
  "payloads",
  "hooks",
  "log",
  "instrumentation",
]

/**
 * Creates a database that is migrated and has a clock that can be moved, and a Sluice on it. Call it once in each test file, and
 * `close` at its end.
 *
 * @throws InvalidInputError
 * @throws DatabaseUnavailableError
 */
// biome-ignore lint/suspicious/noExplicitAny: as createSluice
export async function createTestSluice<Job extends AnyJobDefinition = any>(
  options: TestSluiceOptions<Job>,
): Promise<TestSluice<Job>> {
  assertKnownKeys(options, ["server", "prepare", ...SLUICE_KEYS], ["createTestSluice"])
  const { server, prepare, ...sluiceOptions } = options
  const schema = assertSchemaName(options.schema ?? "sluice")
  const database = await createTestDatabase(urlOf(server), schema)
  try {
    await prepare?.(database.url)
  } catch (error) {
    await database.drop()
    throw error
  }
  const pool = new pg.Pool({ connectionString: database.url, allowExitOnIdle: true })
  pool.on("error", () => {}) // a test may end its connections

  const failures: Failures = new Map()
  const hooks = joinHooks(options.hooks, failureHooks(failures))
  const sluice = createSluice<Job>({ ...sluiceOptions, database: pool, hooks })
  const clock = createClock(pool, schema)
  const connect = createConnect(database.url)
  const drains = createDrains(sluice, clock, connect)
  const lives = createLives({ sluice, pool, clock, connect, drains })
  return {
    sluice,
    url: database.url,
    pool,
    connect,
    clock,
    ...drains,
    ...createTestDrainers(sluice, pool, connect),
    ...createDeliveries(lives),
    ...createJobRuns(sluice, clock, drains, failures),
    ...createAssertions(sluice),
    ...createCrashProofs({ pool, clock, lives }),
    async close() {
      clock.end()
      await pool.end()
      await database.drop()
      if (typeof server !== "string") await server.stop?.()
    },
  }
}

function urlOf(server: string | TestServer): string {
  const url = typeof server === "string" ? server : server?.url
  if (typeof url === "string" && /^postgres(ql)?:\/\//.test(url)) return url
  return refuse(
    "invalid_option",
    typeof url === "string" ? "…" : url, // which may contain a password
    ["createTestSluice", "server"],
    'a connection string such as "postgres://postgres@localhost", or a server with such a url',
  )
}

/** The app's hooks, and what the kit adds to them. */
function joinHooks(hooks: Hooks = {}, kit: Pick<Hooks, "onError">): Hooks {
  return {
    ...hooks,
    async onError(job, error) {
      await kit.onError?.(job, error)
      await hooks.onError?.(job, error)
    },
  }
}
