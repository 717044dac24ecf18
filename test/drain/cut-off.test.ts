import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { cuttable } from "../continuations/cuts.ts"
import { createDatabase } from "../support/database.ts"
import { countdown } from "../support/drain.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress"))

const begun: string[] = []
let perform: (label: string, signal: AbortSignal) => Promise<unknown> = async () => {}
const job = defineJob({
  name: "job",
  async perform({ label }: { label: string }, { signal }) {
    begun.push(label)
    await perform(label, signal)
  },
})
const { sluice, drainOnce, drainUntilCut, cut } = cuttable(database, [job])
afterEach(() => begun.splice(0))

/** It goes on until the drain's time is up. */
async function cutTheDrain(signal: AbortSignal): Promise<void> {
  await cut(signal)
  throw signal.reason
}

test("a job that is cut off at the deadline keeps its place before what was stored after it", async () => {
  perform = (label, signal) => (label === "cut" ? cutTheDrain(signal) : wait(0))
  const { id } = await sluice.enqueue("job", { label: "cut" })
  const [{ run_at }] = await database.rows("select run_at from sluice.jobs where id = $1", [id])
  expect(await drainUntilCut()).toMatchObject({ snoozed: 1, dueWork: true })
  await sluice.enqueue("job", { label: "later" })
  begun.splice(0)

  perform = () => wait(0)
  await drainOnce({ concurrency: 1 })
  expect(begun).toEqual(["cut", "later"])
  const runAt = await database.rows("select run_at from sluice.finished where id = $1", [id])
  expect(runAt).toEqual([{ run_at }])
})

test("a job that no drain is long enough for fails once three have cut it off, and says why", async () => {
  perform = (_label, signal) => cutTheDrain(signal)
  const { id } = await sluice.enqueue("job", { label: "endless" }, { timeout: "24d", maxAttempts: 1 })
  for (const drain of ["first", "second"]) {
    expect(await drainUntilCut(), drain).toMatchObject({ snoozed: 1, discarded: 0 })
    expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0, errors: [] })
  }

  expect(await drainUntilCut()).toMatchObject({ snoozed: 0, discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "discarded",
    attempts: 1,
    errors: [
      { class: "TimeoutError", message: expect.stringContaining("the deadline of 3 drains in a row") },
    ],
  })
})

test("with attempts left it is retried, and counted anew", async () => {
  perform = (_label, signal) => cutTheDrain(signal)
  const { id } = await sluice.enqueue("job", { label: "endless" })
  await database.pool.query("update sluice.jobs set cuts = 2")
  expect(await drainUntilCut()).toMatchObject({ snoozed: 0, retried: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 1 })
  expect(await database.rows("select cuts from sluice.jobs where id = $1", [id])).toEqual([{ cuts: 0 }])
})

test("a drain that is told to stop doesn't count as one that was too short for its jobs", async () => {
  const stop = new AbortController()
  perform = async (_label, signal) => {
    stop.abort()
    await wait(60_000, undefined, { signal })
  }
  const { id } = await sluice.enqueue("job", { label: "stopped" })
  await database.pool.query("update sluice.jobs set cuts = 2")
  expect(await drainOnce({ signal: stop.signal })).toMatchObject({ snoozed: 1 })
  expect(await database.rows("select cuts from sluice.jobs where id = $1", [id])).toEqual([{ cuts: 2 }])
})

test("a job's own timeout counts when it is judged whether it fits", async () => {
  perform = () => wait(0)
  await sluice.enqueue("job", { label: "long" }, { timeout: "20s" })
  await sluice.enqueue("job", { label: "short" }, { timeout: "5s" })
  // it begins with 40 seconds, and finds itself half-way when it first claims
  const left = [40_000]
  let isOpen = false
  const summary = await drainOnce({
    remainingMs: () => (isOpen ? (left.shift() ?? 19_000) : 40_000),
    onOpen: () => {
      isOpen = true
    },
  })
  expect(begun).toEqual(["short"])
  expect(summary).toMatchObject({ succeeded: 1, dueWork: true })
  await drainOnce({ remainingMs: countdown(20_000) }) // no drain of this length has room for it: it begins first
  expect(begun).toEqual(["short", "long"])
})
