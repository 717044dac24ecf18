import * as aws from "@sluice/aws"
import * as neon from "@sluice/aws/neon"
import * as client from "@sluice/client"
import * as core from "@sluice/core"
import * as migrate from "@sluice/core/migrate"
import * as openTelemetry from "@sluice/core/opentelemetry"
import * as pg from "@sluice/core/pg"
import * as prometheus from "@sluice/core/prometheus"
import * as testing from "@sluice/core/testing"
import * as thread from "@sluice/core/thread"
import * as http from "@sluice/http"
import * as dashboard from "@sluice/http/dashboard"
import * as snapshot from "@sluice/http/snapshot"
import { describe, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

type Call = (...given: never[]) => unknown

/** Entries that apps import; `@sluice/client/react` is called in a component only, and `@sluice/aws/sst` in a deployment. */
const ENTRIES = {
  "@sluice/core": core,
  "@sluice/core/migrate": migrate,
  "@sluice/core/opentelemetry": openTelemetry,
  "@sluice/core/pg": pg,
  "@sluice/core/prometheus": prometheus,
  "@sluice/core/testing": testing,
  "@sluice/core/thread": thread,
  "@sluice/http": http,
  "@sluice/http/dashboard": dashboard,
  "@sluice/http/snapshot": snapshot,
  "@sluice/aws": aws,
  "@sluice/aws/neon": neon,
  "@sluice/client": client,
} satisfies Record<string, object>

const WRONG: readonly (readonly unknown[])[] = [
  [],
  [null],
  [{}],
  [7],
  ["x"],
  [[]],
  [() => {}],
  ["x", null],
  ["x", 7],
  [{}, null],
  [{}, {}],
  ["1", "x", null],
  [{}, {}, 7],
]

const database = await createDatabase()
const welcome = core.defineJob({ name: "welcome", perform() {} })
const sluice = core.createSluice({ database: database.pool, jobs: [welcome], log: silent() })

describe.each(Object.entries(ENTRIES))("of %s", (_entry, entry) => {
  test.each(functionsOf(entry))("%s says what is wrong with wrong arguments", async (name, call) => {
    const apart = name === "durationMs" ? (given: never) => call(given) : call // its second one is for Sluice itself
    expect(await unclear(apart)).toEqual([])
  })
})

test.each(functionsOf(sluice))("sluice.%s says what is wrong with wrong arguments", async (_name, call) => {
  expect(await unclear(call)).toEqual([])
})

const api = client.createClient({ url: "http://127.0.0.1:9", retries: 0, timeoutMs: 100 })

test.each(functionsOf(api))("client.%s says what is wrong with wrong arguments", async (_name, call) => {
  expect(await unclear(call)).toEqual([])
})

test.each<[string, () => unknown, RegExp]>([
  ["createApp", () => http.createApp({} as never), /^createApp\.sluice is missing: give what createSluice/],
  ["createApp", () => http.createApp({ sluice, apikey: "k" } as never), /did you mean "apiKey"\?/],
  [
    "createDashboard",
    () => dashboard.createDashboard({ sluice: "postgres://ada:secret@db" } as never),
    /^createDashboard\.sluice is of type string: give/,
  ],
  ["createDashboard", () => dashboard.createDashboard({ sluice, basepath: "/" } as never), /"basePath"\?/],
  ["createPerformHandler", () => http.createPerformHandler({} as never), /\.jobs is missing: give a list/],
  ["http", () => http.http(undefined as never), /^http is missing: give an object/],
  [
    "takeSnapshot",
    () => snapshot.takeSnapshot(sluice, {} as never),
    /^takeSnapshot\.store\.write is missing/,
  ],
  ["createDrainHandler", () => aws.createDrainHandler({} as never), /^createDrainHandler\.sluice is missing/],
  [
    "createDrainHandler",
    () => aws.createDrainHandler({ sluice } as never),
    /\.connect is missing: give a func/,
  ],
  ["createPerformHandler", () => aws.createPerformHandler({} as never), /\.jobs is missing: give a list/],
  [
    "createMigrateHandler",
    () => aws.createMigrateHandler(undefined as never),
    /^createMigrateHandler is missing/,
  ],
  ["createSnapshotStore", () => aws.createSnapshotStore(7 as never), /give s3:\/\/bucket\/key or file:/],
  ["lambda", () => aws.lambda({ arn: "x" } as never), /^lambda has no option "arn"/],
  ["createS3Store", () => aws.createS3Store({ name: "x" } as never), /^createS3Store has no option "name"/],
  [
    "createPool",
    () => pg.createPool("postgres://x", { max: 0 }),
    /^createPool\.max is 0: give a whole number/,
  ],
  ["createConnect", () => pg.createConnect({} as never)(), /connection string can't be parsed: give one/],
  [
    "createNeonConnect",
    () => neon.createNeonConnect(7 as never)(),
    /connection string can't be parsed: give one/,
  ],
  [
    "actingAs",
    () => core.actingAs({} as never, { id: "a", name: "A", role: "admin" }, "cli"),
    /^actingAs\.sluice/,
  ],
  [
    "start",
    () => core.start(sluice, undefined as never).ended,
    /^drain\.connect is missing: give a function/,
  ],
  [
    "watchJob",
    () => client.watchJob({ url: "http://x" } as never).next(),
    /^id is missing: give the id of a job/,
  ],
])("%s refuses what is missing or unknown", async (_name, call, says) => {
  const error = await outcomeOf(call)
  expect(error).toBeInstanceOf(Error)
  expect((error as Error).message).toMatch(says)
  expect((error as Error).message).not.toContain("secret")
})

function functionsOf(entry: object): [string, Call][] {
  const isFunction = (value: unknown) =>
    typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value))
  return Object.entries(entry).filter(([, value]) => isFunction(value)) as [string, Call][]
}

/** What the function throws of which its caller wouldn't know what to do. */
async function unclear(call: Call): Promise<string[]> {
  const found: string[] = []
  for (const given of WRONG) {
    const error = await outcomeOf(() => call(...(given as never[])))
    if (error !== undefined && !isClear(error)) found.push(`${JSON.stringify(given)}: ${error}`)
  }
  return found
}

/** An error of Sluice has a code; the client's say what to give. */
function isClear(error: Error): boolean {
  return (
    error instanceof core.SluiceError ||
    error instanceof client.SluiceApiError ||
    /: give /.test(error.message)
  )
}

async function outcomeOf(call: () => unknown): Promise<Error | undefined> {
  try {
    const returned = (await call()) as { ended?: Promise<unknown>; next?: () => Promise<unknown> } | undefined
    await returned?.ended
    if (typeof returned?.next === "function") await returned.next()
    return undefined
  } catch (error) {
    return error as Error
  }
}

function silent(): core.Logger {
  return { debug() {}, info() {}, warn() {}, error() {} }
}
