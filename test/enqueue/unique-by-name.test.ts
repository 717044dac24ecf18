import { createSluice, defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const perform = () => {}
const jobs = [
  defineJob({ name: "payload", unique: { while: "waiting" }, perform }),
  defineJob({ name: "constant", unique: { key: "all", onConflict: "replace" }, perform }),
  defineJob({
    name: "computed",
    unique: { key: ({ id }: { id: number }) => `${id}`, while: "waiting" },
    perform,
  }),
]
await migrate(database.pool, { jobs })
const byName = createSluice({ database: database.pool })
const keys = async (name: string) =>
  (
    await database.rows("select waiting_key, unique_key from sluice.jobs where name = $1 order by id", [name])
  ).map((row) => row.waiting_key ?? row.unique_key)

test("a job by name follows the rule of its registered definition", async () => {
  await byName.enqueue("payload", { b: 1, a: 2 })
  expect(await byName.enqueue("payload", { a: 2, b: 1 })).toMatchObject({ status: "deduplicated" })
  expect(await keys("payload")).toEqual([expect.stringMatching(/^payload:[0-9a-f]{64}$/)])
  const [first, ...others] = await byName.enqueueMany([
    { name: "payload" },
    { name: "payload" },
    { name: "payload" },
  ])
  expect([first, ...others].map((result) => result?.status)).toEqual([
    "enqueued",
    "deduplicated",
    "deduplicated",
  ])
  await byName.enqueue("constant", { version: 1 })
  expect(await byName.enqueue("constant", { version: 2 })).toMatchObject({ status: "replaced" })
  expect(await byName.enqueue("constant", {}, { unique: { key: "own" } })).toMatchObject({
    status: "enqueued",
  })
  expect(await keys("constant")).toEqual(["all", "own"])
  const [{ id }] = await database.rows("select sluice.enqueue('constant', '{\"version\": 3}')::text as id")
  expect(await byName.getJob(id)).toMatchObject({ payload: { version: 3 }, uniqueKey: "all" })
})

test("one whose definition computes the key from the payload has to give it", async () => {
  await expect(byName.enqueue("computed", { id: 1 })).rejects.toMatchObject({
    code: "missing_option",
    path: ["options", "uniqueKey"],
  })
  await byName.enqueue("computed", { id: 1 }, { uniqueKey: "1" })
  expect(await byName.enqueue("computed", { id: 1 }, { unique: { key: "1" } })).toMatchObject({
    status: "deduplicated",
  })
})

test("a rule that doesn't fit that of the registered definition is refused", async () => {
  const wrong = byName.enqueue("constant", {}, { unique: { for: "1h" } })
  await expect(wrong).rejects.toMatchObject({ code: "invalid_option" })
  await expect(wrong).rejects.toThrow("options.unique.for is given: leave it out with replace")
})

test.each([
  ["unique.while", { while: "running" }],
  ["unique.onConflict", { onConflict: "throw" }],
  ["unique.for", { for: "soon" }],
  ["unique.longestWait", { longestWait: "1h" }],
  ["unique.while", { while: "unfinished", onConflict: "replace" }],
  ["unique.for", { for: "1h", onConflict: "replace" }],
  ["unique.key", { key: 7 }],
  ["unique.keys", { keys: "k" }],
])("a definition with a wrong %s is refused", (path, unique) => {
  expect(() => defineJob({ name: "wrong", unique: unique as never, perform })).toThrow(
    expect.objectContaining({ path: ["wrong", ...path.split(".")] }),
  )
})

test("a key that is computed wrongly is refused, and one that is undefined makes no unique job", async () => {
  const job = defineJob({
    name: "wrongly",
    unique: { key: ({ key }: { key?: unknown }) => key as string },
    perform,
  })
  createSluice({ database: database.pool, jobs: [job] })
  await expect(job.enqueue({ key: 7 })).rejects.toMatchObject({ path: ["options", "unique", "key"] })
  expect([await job.enqueue({}), await job.enqueue({})]).toMatchObject([
    { status: "enqueued" },
    { status: "enqueued" },
  ])
})
