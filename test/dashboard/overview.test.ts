import { createSluice, defineJob, type Queryable } from "@sluice/core"
import { type SnapshotStore, takeSnapshot } from "@sluice/http/snapshot"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()

/** Counts the statements that reach the database. */
function counted() {
  let statements = 0
  const queryable: Queryable = {
    query(text, values) {
      statements++
      return database.pool.query(text, values)
    },
  }
  return { sluice: createSluice({ database: queryable }), statements: () => statements }
}

test("an empty queue says how it gets its first job", async () => {
  const { status, text } = await visitDashboard(counted().sluice, "reader").get("/")
  expect(status).toBe(200)
  expect(readable(text)).toContain("Healthy")
  expect(readable(text)).toContain("No job yet")
})

test("the overview tells what waits, what failed, what is paused and what comes next", async () => {
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "ok", queue: "mail", perform() {} }),
    defineJob({
      name: "fails",
      maxAttempts: 1,
      perform() {
        throw new Error("<b>no</b> user 42")
      },
    }),
  ])
  await sluice.enqueueMany([{ name: "ok" }, { name: "ok" }, { name: "fails" }])
  await drainOnce()
  await counted().sluice.enqueue("nobody", {}, { runAt: new Date(Date.now() - 120_000) })
  await sluice.pauseQueue("slow", { for: "1h" })
  await sluice.pauseKey("account/7")
  await sluice.setSchedule("nightly", { name: "ok", every: "1h" })
  const { text } = await visitDashboard(counted().sluice, "reader").get("/")
  expect(text).not.toContain("<b>no")
  expect(text).toContain('href="/limits/key?key=account%2F7"')
  const seen = readable(text)
  expect(seen).toContain("Ready 1 now")
  expect(seen).toMatch(/Succeeded 2 in the last hour/)
  expect(seen).toMatch(/up to 5m 1/)
  expect(seen).toContain("The oldest has waited for 2m")
  expect(seen).toContain("No drainer performs the jobs that are due.")
  expect(seen).toContain("user ‹number›")
  expect(seen).toMatch(/slow Queue · until/)
  expect(seen).toMatch(/nightly ok ·/)
  expect(seen).toMatch(/mail 0 .*2/)
})

test("however many look at once, the database is asked once", async () => {
  const { sluice, statements } = counted()
  const reader = visitDashboard(sluice, "reader")
  await Promise.all(Array.from({ length: 20 }, () => reader.get("/")))
  expect(statements()).toBeLessThanOrEqual(7)
  await reader.get("/?range=24h")
  expect(statements()).toBeLessThanOrEqual(14)
})

test("on a database that may sleep nothing is asked until somebody wants to see it now", async () => {
  const { sluice, statements } = counted()
  const reader = visitDashboard(sluice, "reader", { idle: true })
  expect(readable((await reader.get("/")).text)).toContain("Nothing is known yet")
  expect(statements()).toBe(0)

  expect((await reader.post("/overview/now")).to).toBe("/")
  const asked = statements()
  expect(asked).toBeGreaterThan(0)
  for (let poll = 0; poll < 5; poll++) {
    const seen = readable((await reader.get("/")).text)
    expect(seen).toMatch(/As of .*The database may sleep/)
    expect(seen).toContain("Ready 1 now")
  }
  expect(statements()).toBe(asked)
})

test("a drain keeps what it leaves behind for dashboards elsewhere", async () => {
  let kept: string | undefined
  const store: SnapshotStore = {
    read: async () => kept,
    async write(text) {
      kept = text
    },
  }
  await takeSnapshot(counted().sluice, store)
  expect(kept).toContain("user ‹number›")
  expect(kept).not.toMatch(/user \d/) // the message itself
  const { sluice, statements } = counted()
  const { text } = await visitDashboard(sluice, "reader", { idle: { snapshots: store } }).get("/")
  expect(readable(text)).toContain("user ‹number›")
  expect(statements()).toBe(0)

  kept = '{"version":0}'
  const { text: without } = await visitDashboard(sluice, "reader", { idle: { snapshots: store } }).get("/")
  expect(readable(without)).toContain("Nothing is known yet")
})

test("what was kept and can't be shown counts as nothing, and can be replaced", async () => {
  let kept = ""
  const store: SnapshotStore = {
    read: async () => kept,
    async write(text) {
      kept = text
    },
  }
  const { sluice } = counted()
  await takeSnapshot(sluice, store)
  const whole = JSON.parse(kept)
  const { errors: _, ...without } = whole.data
  const wrong = [
    { ...whole, data: null },
    { ...whole, data: "x".repeat(1_000) },
    { ...whole, data: without },
    { ...whole, data: { ...whole.data, overview: { ...whole.data.overview, at: { $date: "no time" } } } },
  ]
  const reader = visitDashboard(sluice, "reader", { idle: { snapshots: store } })
  for (const one of [...wrong.map((data) => JSON.stringify(data)), "[".repeat(100_000)]) {
    kept = one
    const { status, text } = await reader.get("/")
    expect(status).toBe(200)
    expect(readable(text)).toContain("Nothing is known yet")
  }
  expect((await reader.post("/overview/now")).to).toBe("/")
  expect(readable((await reader.get("/")).text)).toMatch(/As of .*The database may sleep/)
})
