import { type AnyJobDefinition, type Duration, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { drainable } from "../support/drain.ts"
import { workflowsIn } from "./workflows.ts"

const { sluice, drainOnce, say, performed, stateOf, database, atReadCommitted } = await workflowsIn()

/** A delayed job, and two after it, of which one runs all the same. */
async function family(
  options: { delay?: Duration; expiresAt?: string; uniqueKey?: string } = { delay: "1h" },
) {
  const parent = await say.enqueue({ text: "parent" }, options)
  const child = await say.enqueue({ text: "child" }, { after: parent.id })
  const other = await say.enqueue({ text: "other" }, { after: parent.id, onParentFailure: "continue" })
  return { parent: parent.id, child: child.id, other: other.id }
}

async function expectFailed({ child, other }: { child: string; other: string }) {
  await drainOnce()
  expect(await sluice.getJob(child)).toMatchObject({ state: "canceled", reason: "parent_failed" })
  expect(await stateOf(other)).toBe("succeeded")
  expect(performed).toEqual(["other"])
}

test("a parent that is canceled has failed", async () => {
  const jobs = await family()
  await sluice.cancelJob(jobs.parent)
  await expectFailed(jobs)
})

test("a parent whose children were seen by a drainer and that is canceled has failed, at once", async () => {
  const jobs = await family()
  await drainOnce()
  await atReadCommitted("select from sluice.cancel_jobs(array[$1::bigint])", [jobs.parent])
  expect(await stateOf(jobs.child)).toBe("canceled")
  expect(await stateOf(jobs.other)).toBe("ready")
  await expectFailed(jobs)
})

test("a parent that expires has failed", async () => {
  await expectFailed(await family({ expiresAt: "2020-01-01T00:00:00Z" }))
})

test("a parent that is erased has failed, and its children are left", async () => {
  const jobs = await family()
  await sluice.eraseJobs({ ids: [jobs.parent] })
  expect(await sluice.getJob(jobs.parent)).toBeUndefined()
  await expectFailed(jobs)
})

test.each([false, true])(
  "a parent that somebody deletes by hand counts as canceled with the next maintenance (its end would have been told: %s)",
  async (isMarked) => {
    const jobs = await family()
    if (isMarked) await drainOnce()
    await database.pool.query("delete from sluice.jobs where id = $1", [jobs.parent])
    await database.pool.query("select sluice.run_maintenance('repair dependents')")
    await expectFailed(jobs)
  },
)

test("of two parents one is deleted by hand, and the other succeeds: the job is canceled", async () => {
  const [one, two] = [await say.enqueue({}, { delay: "1h" }), await say.enqueue({}, { delay: "1h" })]
  const child = await say.enqueue({}, { after: [one.id, two.id] })
  await drainOnce()
  await database.pool.query("delete from sluice.jobs where id = $1", [one.id])
  await sluice.runJobNow(two.id)
  await drainOnce()
  expect(await stateOf(child.id)).toBe("canceled")
})

test("a parent that another enqueue replaces stays the parent", async () => {
  const unique = { key: "same", while: "waiting", onConflict: "replace" } as const
  const parent = await say.enqueue({ text: "old" }, { delay: "1h", unique })
  const child = await say.enqueue({ text: "child" }, { after: parent.id })
  await drainOnce()
  expect(await say.enqueue({ text: "new" }, { unique })).toMatchObject({ id: parent.id, status: "replaced" })
  await drainOnce()
  expect(performed).toEqual(["new", "child"])
  expect(await stateOf(child.id)).toBe("succeeded")
})

test("a waiting job that is replaced, put off or changed still runs after its parents, and one that replaces gets none", async () => {
  const unique = { key: "b", while: "waiting", onConflict: "replace" } as const
  const parent = await say.enqueue({ text: "parent" }, { delay: "1h" })
  const child = await say.enqueue({ text: "old" }, { after: parent.id, unique })
  await say.enqueue({ text: "new" }, { unique })
  expect(await stateOf(child.id)).toBe("waiting")
  await say.enqueue({}, { unique: { ...unique, onConflict: "reschedule" } })
  await sluice.updateJob(child.id, { priority: 3 })
  await sluice.runJobNow(child.id)
  expect(await stateOf(child.id)).toBe("waiting")
  await sluice.runJobNow(parent.id)
  await drainOnce()
  expect(performed).toEqual(["parent", "new"])

  const ready = await say.enqueue({ text: "ready" }, { unique })
  const later = await say.enqueue({}, { delay: "1h" })
  await say.enqueue({ text: "replaced" }, { unique, after: later.id })
  await drainOnce()
  expect(await stateOf(ready.id)).toBe("succeeded")
  await sluice.cancelJob(later.id)
})

test("a job whose unique key is taken is there already, and runs as it was enqueued", async () => {
  const parent = await say.enqueue({}, { delay: "1h" })
  const there = await say.enqueue({ text: "there" }, { uniqueKey: "k" })
  expect(await say.enqueue({ text: "second" }, { uniqueKey: "k", after: parent.id })).toMatchObject({
    id: there.id,
    status: "deduplicated",
  })
  await drainOnce()
  expect(performed).toEqual(["there"])
  await sluice.cancelJob(parent.id)
})

test("a job that is delayed, paused or keyed is so once its parents have ended", async () => {
  const parent = await say.enqueue({}, { delay: "1h" })
  const delayed = await say.enqueue({}, { after: parent.id, delay: "2h" })
  const paused = await say.enqueue({}, { after: parent.id, queue: "paused" })
  const keyed = await say.enqueue({}, { after: parent.id, concurrencyKey: "k" })
  await sluice.pauseQueue("paused")
  await sluice.runJobNow(parent.id)
  await drainOnce()
  expect(await stateOf(delayed.id)).toBe("scheduled")
  expect(await database.rows("select state from sluice.jobs where id = $1", [paused.id])).toEqual([
    { state: "paused" },
  ])
  expect(await stateOf(keyed.id)).toBe("succeeded")
  await sluice.cancelJobs({ ids: [delayed.id, paused.id] })
  await sluice.resumeQueue("paused")
})

test("a waiting job can be canceled, and expires while it waits", async () => {
  const { parent, child } = await family()
  const late = await say.enqueue({}, { after: parent, expiresAt: "2020-01-01T00:00:00Z" })
  await sluice.cancelJob(child)
  await drainOnce()
  expect(await sluice.getJob(child)).toMatchObject({ state: "canceled", reason: null })
  expect(await sluice.getJob(late.id)).toMatchObject({ state: "canceled", reason: "expired" })
  await sluice.cancelJob(parent)
  await drainOnce()
})

test("the results of a parent that keeps none, or whose history was dropped, are clear errors", async () => {
  const codes: unknown[] = []
  const secret = defineJob({ name: "secret", keep: "none", perform: () => ({ card: "4242" }) })
  const asks = defineJob({
    name: "asks",
    async perform({ parent }: { parent: string }, { parents }) {
      codes.push(await parents.result(parent).catch(({ code, message }) => [code, message]))
      codes.push(await parents.result("sceret").catch(({ code }) => code))
    },
  })
  const { sluice, drainOnce } = drainable(database, [secret, asks] as AnyJobDefinition[])
  const { id } = await sluice.enqueue("secret", {})
  const first = await sluice.enqueue("asks", { parent: id }, { after: id })
  await drainOnce()
  expect(codes).toEqual([["parent_result_not_kept", expect.stringContaining(`job ${id}`)], "unknown_parent"])
  await sluice.enqueue("asks", { parent: first.id }, { after: first.id })
  await sluice.deleteJob(first.id)
  codes.length = 0
  await drainOnce()
  expect(codes[0]).toEqual(["parent_history_dropped", expect.stringContaining(`job ${first.id}`)])
})
