import { createSluice, Discard, defineJob, drain, type PayloadStore } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const objects = new Map<string, Uint8Array>()
const store: PayloadStore = {
  put: async (key, bytes) => void objects.set(key, bytes),
  get: async (key) => objects.get(key),
  async delete(keys) {
    for (const key of keys) objects.delete(key)
  },
}
interface Payload {
  readonly text: string
  readonly ends?: string
}
function perform({ text, ends }: Payload) {
  if (ends === "discarded") throw new Discard("it can't be done")
  return { text }
}
const secret = defineJob({ name: "secret", keep: "none", perform })
const commit = defineJob({ name: "commit", keep: "none", transactional: true, perform })
const halfway = defineJob({ name: "halfway", keep: { payload: false }, perform })
const usual = defineJob({ name: "usual", keep: { result: false }, perform })
const jobs = [secret, commit, halfway, usual]
const sluice = createSluice({ database: database.pool, jobs, payloads: { store, over: "16KB" } })
const drainOnce = () => drain(sluice, { connect: database.connect })

const sizes = [10, 4_000, 20_000] // in the row, in `payloads`, in the store
const textOf = (length: number) => "Ada".padEnd(length, "x")

test.each(jobs.slice(0, 2).flatMap(({ name }) => sizes.map((size) => [name, size] as const)))(
  "nothing that %s was given, or has returned, is left of %i bytes once it has succeeded",
  async (name, size) => {
    const { id } = await sluice.enqueue(name, { text: textOf(size) })
    expect(await sluice.getJob(id)).toMatchObject({ payload: { text: textOf(size) }, payloadKept: true })
    expect(await drainOnce()).toMatchObject({ succeeded: 1 })
    expect(await sluice.getJob(id)).toMatchObject({
      state: "succeeded",
      payload: null,
      payloadKept: false,
      payloadKey: null,
      result: null,
    })
    expect(await leftOf("Ada")).toBe(0)
    await drainOnce() // which deletes what has become superfluous
    expect(objects.size).toBe(0)
  },
)

test.each(sizes)(
  "nothing of %i bytes is left of a job that was discarded, and it can't be retried",
  async (size) => {
    const { id } = await secret.enqueue({ text: textOf(size), ends: "discarded" })
    await drainOnce()
    expect(await sluice.getJob(id)).toMatchObject({
      state: "discarded",
      payload: null,
      errors: [{ message: "it can't be done" }],
    })
    expect(await leftOf("Ada")).toBe(0)
    await expect(sluice.retryJob(id)).rejects.toMatchObject({
      code: "payload_not_kept",
      message: `Job ${id} can't be retried: its definition doesn't keep the payloads of finished jobs`,
    })
    expect(await sluice.retryJobs({ ids: [id] })).toMatchObject({
      changed: 0,
      refused: [{ id, code: "payload_not_kept" }],
    })
  },
)

test.each(sizes)("nothing of %i bytes is left of a job that was canceled while it waited", async (size) => {
  const { id } = await secret.enqueue({ text: textOf(size) }, { delay: "1h" })
  await sluice.cancelJob(id)
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled", payload: null, payloadKept: false })
  expect(await leftOf("Ada")).toBe(0)
  await expect(sluice.retryJob(id)).rejects.toMatchObject({ code: "payload_not_kept" })
})

test("a job that is to be retried keeps its payload until it has finished", async () => {
  let attempts = 0
  const again = defineJob({
    name: "again",
    keep: "none",
    perform() {
      if (++attempts === 1) throw new Error("not yet")
    },
  })
  const other = createSluice({ database: database.pool, jobs: [again] })
  const { id } = await other.enqueue("again", { text: "Ada" })
  expect(await drain(other, { connect: database.connect })).toMatchObject({ retried: 1 })
  expect(await other.getJob(id)).toMatchObject({ payload: { text: "Ada" } })
  await database.pool.query("update sluice.jobs set run_at = now()")
  expect(await drain(other, { connect: database.connect })).toMatchObject({ succeeded: 1 })
  expect(await other.getJob(id)).toMatchObject({ payload: null })
})

test("payload and result can be kept without the other", async () => {
  const { id } = await halfway.enqueue({ text: "Ada" })
  const other = await usual.enqueue({ text: "Ada" })
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  expect(await sluice.getJob(id)).toMatchObject({ payload: null, result: { text: "Ada" } })
  expect(await sluice.getJob(other.id)).toMatchObject({ payload: { text: "Ada" }, result: null })
})

test.each([
  ["all", "keep"],
  [{ payload: "no" }, "keep.payload"],
  [{ logs: 1 }, "keep.logs"],
  [[], "keep"],
  [null, "keep"],
])("keep: %j is refused", (keep, path) => {
  const define = () => defineJob({ name: "wrong", keep: keep as never, perform() {} })
  expect(define).toThrow(expect.objectContaining({ path: ["wrong", ...path.split(".")] }))
})

/** Rows that have the text, in any table that may. */
async function leftOf(text: string): Promise<number> {
  const tables = ["jobs", "finished", "payloads"]
  const counts = tables.map(
    (table) => `(select count(*) from sluice.${table} t where t::text like '%${text}%')`,
  )
  const [{ count }] = await database.rows(`select (${counts.join(" + ")})::int as count`)
  return count
}
