import { createSluice, defineJob, InvalidInputError } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { afterEach, expect, test } from "vitest"
import { openApi } from "../http/api.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// A unique callback would be deduplicated when its batch finishes, and so lost.

const database = await createDatabase()
const ok = { name: "ok" } as const
const plain = (name: string) => defineJob({ name, perform() {} })
const unique = defineJob({ name: "unique", unique: { onConflict: "replace" }, perform() {} })
const keyed = defineJob({ name: "keyed", uniqueKey: () => "k", perform() {} })
const once = defineJob({ name: "once", idempotencyKey: () => "k", perform() {} })
const jobs = [plain("ok"), plain("summary"), unique, keyed, once]
const { sluice, drainOnce } = drainable(database, jobs)
await migrate(database.url, { jobs })
const byName = createSluice({ database: database.pool })

const countOf = async () =>
  (
    await database.rows(
      "select (select count(*) from sluice.batches) + (select count(*) from sluice.jobs) as n",
    )
  )[0].n
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.batches, sluice.batch_counts"))

test.each([unique, keyed, once])("a definition with keys can't be a callback: $name", async (definition) => {
  for (const onFinish of [definition, { name: definition.name }]) {
    const refused = sluice.enqueueBatch([ok], { onFinish: onFinish as never })
    await expect(refused).rejects.toBeInstanceOf(InvalidInputError)
    await expect(refused).rejects.toMatchObject({
      path: ["options", "onFinish", "name"],
      message: expect.stringContaining("a batch enqueues its callbacks once"),
    })
  }
  expect(await countOf()).toBe("0")
})

test("where jobs are enqueued by name, the database refuses them by the registered definition", async () => {
  const refused = byName.enqueueBatch([ok], { onDiscard: { name: "unique" } })
  await expect(refused).rejects.toMatchObject({
    code: "invalid_option",
    path: ["options", "onDiscard"],
    message: expect.stringContaining('onDiscard: "unique" is unique'),
  })
  expect(await countOf()).toBe("0")
})

test("over HTTP the error has its place in the body", async () => {
  for (const [served, pointer] of [
    [sluice, "/onSuccess/name"],
    [byName, "/onSuccess"],
  ] as const) {
    const api = await openApi({ sluice: served })
    expect(await api.post("/v1/batches", { jobs: [ok], onSuccess: unique })).toMatchObject({ status: 422 })
    expect(await api.post("/v1/batches", { jobs: [ok], onSuccess: { name: "unique" } })).toMatchObject({
      status: 422,
      body: { code: "invalid_option", errors: [{ pointer }] },
    })
    await api.close()
  }
})

test("in SQL they are refused, too", async () => {
  for (const name of ["unique", "keyed", "once"])
    await expect(
      database.rows("select sluice.enqueue_batch('[]', $1)", [{ onFinish: { name } }]),
    ).rejects.toThrow(/is missing|is unique/)
  expect(await countOf()).toBe("0")
})

test("a definition that has become unique leaves the batch open until its key is free", async () => {
  const { id } = await byName.enqueueBatch([ok], { onFinish: { name: "summary" } })
  const changed = defineJob({
    name: "summary",
    unique: { key: () => "k", onConflict: "replace" },
    perform() {},
  })
  await migrate(database.url, { jobs: [...jobs.filter(({ name }) => name !== "summary"), changed] })
  const holder = await sluice.enqueue(
    "summary",
    { kept: true },
    { delay: "1h", unique: { key: "k", while: "waiting" } },
  )
  await database.pool.query(
    "update sluice.definitions set computes = '{}', unique_rule = unique_rule || '{\"key\": \"k\"}'",
  )
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({
    state: "open",
    callbackError: expect.stringContaining(`job ${holder.id} has its key`),
  })
  expect(await sluice.getJob(holder.id)).toMatchObject({ state: "scheduled", payload: { kept: true } })

  await sluice.cancelJob(holder.id)
  await database.pool.query("update sluice.batches set retry_at = now()")
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", callbackError: null })
  expect(await database.rows("select from sluice.finished where callback_of = $1", [id])).toHaveLength(1)
})
