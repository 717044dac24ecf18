import { setImmediate as turn, setTimeout as wait } from "node:timers/promises"
import { defineJob, Snooze } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { type TracedEvent, traced } from "./traced.ts"

// With this concurrency each claim brings 500 jobs. Before the second, nobody knows that the jobs are quick.
const CONCURRENCY = 500

const database = await createDatabase()
beforeEach(() => database.pool.query("truncate sluice.jobs, sluice.finished"))

test("the next claim is sent before the jobs in hand are performed, and before their outcomes are written", async () => {
  const steps: string[] = []
  const settling = Promise.withResolvers<void>()
  const claiming = Promise.withResolvers<void>()
  let performed = 0
  const job = defineJob({
    name: "job",
    async perform() {
      await turn()
      if (++performed === 800) steps.push("perform the second batch")
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueueMany(Array.from({ length: 1_500 }, () => ({ name: "job" })))
  const connect = traced(database, async ({ what, when, number }) => {
    steps.push(`${what} ${number} ${when}`)
    if (what === "settle" && number === 2) settling.resolve()
    if (what === "claim" && number === 4) claiming.resolve()
    if (what === "settle" && number === 2 && when === "answered") await claiming.promise
    if (what === "claim" && number === 3 && when === "answered") await settling.promise
  })

  const summary = await drainOnce({ connect, concurrency: CONCURRENCY })
  expect(summary).toMatchObject({ succeeded: 1_500 })
  const ofSecondBatch = steps.slice(steps.indexOf("claim 2 answered"), steps.indexOf("settle 2 sent") + 1)
  expect(ofSecondBatch.filter((step) => step !== "claim 3 answered")).toEqual([
    "claim 2 answered",
    "claim 3 sent",
    "perform the second batch",
    "settle 2 sent",
  ])
})

test("no more than one claim and one settle are under way at a time", async () => {
  const noop = defineJob({ name: "noop", perform() {} })
  const { sluice, drainOnce } = drainable(database, [noop])
  await sluice.enqueueMany(Array.from({ length: 3_000 }, () => ({ name: "noop" })))
  const underWay = { claim: 0, settle: 0 }
  const most = { claim: 0, settle: 0, together: 0 }
  const count = ({ what, when }: TracedEvent) => {
    underWay[what] += when === "sent" ? 1 : -1
    most[what] = Math.max(most[what], underWay[what])
    most.together = Math.max(most.together, underWay.claim + underWay.settle)
  }

  const summary = await drainOnce({ connect: traced(database, count), concurrency: CONCURRENCY })
  expect(summary).toMatchObject({ succeeded: 3_000 })
  expect(most).toEqual({ claim: 1, settle: 1, together: 2 })
})

test.each([
  ["retried", new Error("the first attempt fails")],
  ["snoozed", new Snooze("1s")],
])(
  "a job that is %s is settled before the next claim is sent, which has to release its lock",
  async (outcome, thrown) => {
    const seen = new Set<string>()
    const job = defineJob({
      name: "job",
      backoff: { base: "0s", jitter: 0 },
      perform({ isPutOff }: { isPutOff: boolean }, { id }) {
        if (isPutOff && !seen.has(id)) {
          seen.add(id)
          throw thrown
        }
      },
    })
    const { sluice, drainOnce } = drainable(database, [job])
    await sluice.enqueueMany(
      Array.from({ length: 2_000 }, (_, n) => ({
        name: "job",
        payload: { isPutOff: n >= 500 && n < 1_000 },
      })),
    )
    let isSettling = false
    let beside = 0
    const watch = ({ what, when, values }: TracedEvent) => {
      if (what === "settle" && String(values[2]).includes(`"${outcome}"`)) isSettling = when === "sent"
      if (what === "claim" && when === "sent" && isSettling) beside++
    }

    const summary = await drainOnce({ connect: traced(database, watch), concurrency: CONCURRENCY })
    expect(summary).toMatchObject({ [outcome]: 500, lost: 0 })
    expect(beside).toBe(0)
  },
)

test("an outcome that could not be written before is awaited in the same way", async () => {
  const job = defineJob({
    name: "job",
    backoff: { base: "0s", jitter: 0 },
    async perform({ isPutOff }: { isPutOff: boolean }, { attempt }) {
      if (isPutOff && attempt === 1) throw new Error("the first attempt fails")
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueueMany(
    Array.from({ length: 2_500 }, (_, n) => ({ name: "job", payload: { isPutOff: n === 0 } })),
  )
  const holder = await database.connect()
  await holder.query("begin", [])
  await holder.query("select from sluice.jobs order by id limit 1 for update", [])

  let isFree = false
  let isSettling = false
  let beside = 0
  const watch = async ({ what, when, number, values }: TracedEvent) => {
    if (what === "claim" && when === "sent" && isSettling) beside++
    if (what === "claim" && when === "answered" && number === 3) {
      await holder.query("rollback", [])
      isFree = true
      await wait(1_100) // by then it is tried again
    }
    if (what === "settle" && isFree && String(values[2]).includes('"retried"')) {
      isSettling = true
      if (when === "answered") isSettling = await wait(300, false)
    }
  }
  const summary = await drainOnce({ connect: traced(database, watch), concurrency: CONCURRENCY })
  await holder.end()
  expect(summary).toMatchObject({ succeeded: 2_500, retried: 1 })
  expect(beside).toBe(0)
})

test("nothing is claimed ahead if the last claim left nothing behind it", async () => {
  let isPerforming = false
  let ahead = 0
  const job = defineJob({
    name: "job",
    async perform() {
      isPerforming = true
      await wait(5)
      isPerforming = false
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueueMany(Array.from({ length: 3 }, () => ({ name: "job" })))
  const watch = ({ what, when }: TracedEvent) => {
    if (what === "claim" && when === "sent" && isPerforming) ahead++
  }
  expect(await drainOnce({ connect: traced(database, watch) })).toMatchObject({ succeeded: 3 })
  expect(ahead).toBe(0)
})

test("slow jobs are claimed as places become free", async () => {
  let running = 0
  const slow = defineJob({
    name: "slow",
    async perform() {
      running++
      await wait(150)
      running--
    },
  })
  const { sluice, drainOnce } = drainable(database, [slow])
  await sluice.enqueueMany(Array.from({ length: 6 }, () => ({ name: "slow" })))
  const tooMany: unknown[] = []
  const watch = ({ what, when, values: [, , limit] }: TracedEvent) => {
    if (what === "claim" && when === "sent" && Number(limit) > 2 - running) tooMany.push(limit)
  }

  const summary = await drainOnce({ connect: traced(database, watch), concurrency: 2 })
  expect(summary).toMatchObject({ succeeded: 6 })
  expect(tooMany).toEqual([])
})
