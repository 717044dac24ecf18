import { createSluice, defineJob, InvalidInputError } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const ordered = defineJob({
  name: "ordered",
  concurrency: { key: "account", order: "enqueued", onRetry: "pass" },
  perform() {},
})
const computed = defineJob({
  name: "computed",
  concurrency: { key: ({ account }: { account: string }) => account, order: "enqueued" },
  perform() {},
})
const limited = defineJob({ name: "limited", concurrency: { key: "k", limit: 5 }, perform() {} })
const plain = defineJob({ name: "plain", perform() {} })
createSluice({ database: database.pool, jobs: [ordered, computed, limited, plain] })
const byName = createSluice({ database: database.pool })
await migrate(database.url, { jobs: [ordered, computed, limited, plain], unknownNames: "accept" })
const enqueued = { concurrencyOrder: "enqueued" } as const
const stored = () =>
  database.rows(
    "select concurrency_key as key, concurrency_limit as limit, holds_key as holds from sluice.jobs",
  )
const sql = (name: string, options: object) =>
  database.rows("select sluice.enqueue($1, '{}', $2)", [name, JSON.stringify(options)])

beforeEach(() => database.pool.query("truncate sluice.jobs"))

test.each([
  ["of a definition", () => ordered.enqueue({}), { key: "account", limit: 1, holds: false }],
  ["by its name", () => byName.enqueue("ordered", {}), { key: "account", limit: 1, holds: false }],
  ["by its name in SQL", () => sql("ordered", {}), { key: "account", limit: 1, holds: false }],
  [
    "that holds",
    () => ordered.enqueue({}, { concurrencyOnRetry: "hold" }),
    { key: "account", limit: 1, holds: true },
  ],
  [
    "by its name that holds",
    () => byName.enqueue("ordered", {}, { concurrencyOnRetry: "hold" }),
    { key: "account", limit: 1, holds: true },
  ],
  [
    "whose call wants the usual order",
    () => ordered.enqueue({}, { concurrencyOrder: "priority", concurrencyLimit: 2 }),
    { key: "account", limit: 2, holds: null },
  ],
  [
    "by its name that wants the usual order",
    () => byName.enqueue("ordered", {}, { concurrencyOrder: "priority" }),
    { key: "account", limit: 1, holds: null },
  ],
  ["with a computed key", () => computed.enqueue({ account: "7" }), { key: "7", limit: 1, holds: true }],
  [
    "of a call",
    () => plain.enqueue({}, { concurrencyKey: "c", ...enqueued }),
    { key: "c", limit: 1, holds: true },
  ],
  [
    "of a call that gives the limit 1",
    () => byName.enqueue("any", {}, { concurrencyKey: "c", concurrencyLimit: 1, ...enqueued }),
    { key: "c", limit: 1, holds: true },
  ],
  [
    "of a call that lets others pass",
    () => sql("any", { concurrencyKey: "c", ...enqueued, concurrencyOnRetry: "pass" }),
    { key: "c", limit: 1, holds: false },
  ],
  [
    "of a call, in place of the definition's limit",
    () => limited.enqueue({}, enqueued),
    { key: "k", limit: 1, holds: true },
  ],
  [
    "of a call by name, in place of the definition's limit",
    () => byName.enqueue("limited", {}, enqueued),
    { key: "k", limit: 1, holds: true },
  ],
  ["with no order", () => limited.enqueue({}), { key: "k", limit: 5, holds: null }],
])("the order of a job %s is stored", async (_what, enqueue, row) => {
  await enqueue()
  expect(await stored()).toEqual([row])
})

const OPTIONS = {
  "an order without a key": [{ ...enqueued }, "concurrencyKey", "missing_option"],
  "what a retry does, without an order": [
    { concurrencyKey: "c", concurrencyOnRetry: "pass" },
    "concurrencyOrder",
    "missing_option",
  ],
  "a limit above 1 with an order": [
    { concurrencyKey: "c", concurrencyLimit: 2, ...enqueued },
    "concurrencyLimit",
    "invalid_option",
  ],
} as const
test.each(Object.entries(OPTIONS))(
  "%s is refused with a definition, by name and in SQL",
  async (_what, [options, option, code]) => {
    const refusal = { code, path: ["options", option], message: expect.stringContaining(`options.${option}`) }
    await expect(plain.enqueue({}, options)).rejects.toMatchObject(refusal)
    await expect(byName.enqueue("any", {}, options)).rejects.toMatchObject(refusal)
    await expect(sql("any", options)).rejects.toThrow(`options.${option} is `)
    expect(await stored()).toEqual([])
  },
)

test("a limit above 1 is refused where the definition orders its jobs", async () => {
  const refusal = {
    code: "invalid_option",
    path: ["options", "concurrencyLimit"],
    message: expect.stringContaining("is 3"),
  }
  await expect(ordered.enqueue({}, { concurrencyLimit: 3 })).rejects.toMatchObject(refusal)
  await expect(
    byName.enqueueMany([{ name: "any" }, { name: "ordered", options: { concurrencyLimit: 3 } }]),
  ).rejects.toMatchObject({ ...refusal, index: 1 })
  expect(await stored()).toEqual([])
})

test("a job by name has to give the key that its definition computes, because a drainer would do so too late for the order", async () => {
  await expect(byName.enqueue("computed", { account: "7" })).rejects.toMatchObject({
    code: "missing_option",
    path: ["options", "concurrencyKey"],
  })
  await byName.enqueue("computed", { account: "7" }, { concurrencyKey: "7" })
  expect(await stored()).toEqual([{ key: "7", limit: 1, holds: true }])
})

test.each([
  ["limit", { order: "enqueued", limit: 2 }],
  ["order", { order: "fifo" }],
  ["onRetry", { order: "enqueued", onRetry: "block" }],
  ["order", { onRetry: "pass" }],
  ["order", [{ limit: 2 }, { key: "k", order: "enqueued" }]],
])("a definition whose %s doesn't fit is refused: %j", (option, concurrency) => {
  const define = () => defineJob({ name: "odd", concurrency: concurrency as never, perform() {} })
  expect(define).toThrow(InvalidInputError)
  expect(define).toThrow(new RegExp(`\\.${option} is `))
})
