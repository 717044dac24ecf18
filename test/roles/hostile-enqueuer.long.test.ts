import { randomBytes } from "node:crypto"
import { createSluice, defineJob, drain, SCHEMA_VERSION } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { beforeAll, expect, test } from "vitest"
import { createRoles, grantRights } from "./roles.ts"

const roles = await createRoles()
const jobs = [defineJob({ name: "plain", perform() {} })]
const enqueuer = createSluice({ database: roles.pool("enqueuer"), jobs })

beforeAll(async () => {
  await migrate(roles.url("owner"))
  await grantRights(roles, roles.pool("owner"))
})

/** Text that no compression makes shorter. */
const random = (characters: number) => randomBytes(characters / 2).toString("hex")

const store = (job: object, carrier: object | null = null) =>
  enqueuer.database.query("select * from sluice.store_jobs($1, $2::text::jsonb, $3::text::jsonb)", [
    SCHEMA_VERSION,
    JSON.stringify([{ name: "plain", priority: -1, payloads: new Array(100).fill({}), ...job }]),
    carrier && JSON.stringify(carrier),
  ])

const hostile: [what: string, jobs: () => Promise<unknown>][] = [
  ["names that an index can't hold", () => store({ name: random(10_000) })],
  ["queues that an index can't hold", () => store({ queue: random(10_000) })],
  ["jobs without a name, as which the sums of all names are kept", () => store({ name: "" })],
  ["jobs without a queue, as which the sums of all queues are kept", () => store({ queue: "" })],
  ["keys that the index of blocked jobs can't hold", () => store({ concurrency_key: random(2_660) })],
  ["a carrier of megabytes", () => store({}, { correlationId: random(1_000_000) })],
  ["a time that no clock reaches", () => store({ run_at: "infinity" })],
  ["a time before all clocks", () => store({ run_at: "-infinity" })],
  [
    "keys of objects that aren't payloads",
    () => store({ payloads: [null], payload_keys: ["results/2026-01-31/a"] }),
  ],
  [
    "keys that lead out of the place of payloads",
    () => store({ payloads: [null], payload_keys: ["payloads/../a"] }),
  ],
]

test.each(hostile)("who may only enqueue can't store %s", async (_what, attempt) => {
  await expect(attempt()).rejects.toMatchObject({ code: "23514" })
})

test("and drains keep working", async () => {
  await enqueuer.enqueue(
    "plain",
    {},
    { concurrencyKey: "\u{1f600}".repeat(512), uniqueKey: "\u{1f600}".repeat(512) },
  )
  const connect = async () => {
    const client = new pg.Client({ connectionString: roles.url("drainer") })
    await client.connect()
    return client
  }
  const drainer = createSluice({ database: roles.pool("drainer"), jobs })
  expect(await drain(drainer, { connect })).toMatchObject({ succeeded: 1, dueWork: false })
})
