import { defineJob, PauseKey } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const performed: string[] = []
let during: (id: string) => void = () => {}
const call = defineJob({
  name: "call",
  concurrency: { key: ({ host }: { host: string }) => host, limit: 10 },
  perform(_payload, { id }) {
    performed.push(id)
    during(id)
  },
})
const keyless = defineJob({
  name: "keyless",
  perform() {
    throw new PauseKey("1h")
  },
})
const { sluice, drainOnce } = drainable(database, [call, keyless])

afterEach(async () => {
  await database.pool.query("delete from sluice.pauses; delete from sluice.permits; delete from sluice.jobs")
  performed.length = 0
  during = () => {}
})

test("jobs of a paused key wait, and those of others are performed; resumed they are performed", async () => {
  const [waiting, other] = [
    await sluice.enqueue(call, { host: "a" }),
    await sluice.enqueue(call, { host: "b" }),
  ]
  await sluice.pauseKey("a")
  expect(await drainOnce()).toMatchObject({ claimed: 1, dueWork: false })
  expect(performed).toEqual([other.id])
  expect((await sluice.getJob(waiting.id))?.state).toBe("blocked")

  await sluice.resumeKey("a")
  await drainOnce()
  expect(performed).toEqual([other.id, waiting.id])
})

test("a job may name the key that it pauses", async () => {
  during = () => {
    throw new PauseKey("1h", "busy", { key: "another" })
  }
  await sluice.enqueue(call, { host: "a" })
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  expect(await sluice.listPauses()).toMatchObject([{ kind: "key", target: "another" }])
  expect(() => new PauseKey("1h", "busy", { key: "" })).toThrow(/PauseKey\.key is ""/)
})

test("a job that throws PauseKey pauses all of its key, and no attempt is charged", async () => {
  during = () => {
    throw new PauseKey("1h")
  }
  const first = await sluice.enqueue(call, { host: "a" })
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  during = () => {}
  const second = await sluice.enqueue(call, { host: "a" })
  expect(await drainOnce()).toMatchObject({ claimed: 0 })

  expect(await sluice.getJob(first.id)).toMatchObject({ state: "scheduled", attempts: 0, errors: [] })
  const [pause] = await sluice.listPauses()
  expect(pause).toMatchObject({ kind: "key", target: "a" })
  const runAt = (await sluice.getJob(first.id))?.runAt
  expect(pause?.until).toEqual(runAt)

  await sluice.resumeKey("a")
  await drainOnce()
  expect(performed).toEqual([first.id, second.id])
})

test("a job that throws PauseKey doesn't shorten a pause", async () => {
  during = () => {
    throw new PauseKey("5m")
  }
  for (const options of [{}, { for: "1h" as const }]) {
    const job = await sluice.enqueue(call, { host: "a" })
    const session = await openSession(database)
    const [claimed] = await session.claim("call")
    await sluice.pauseKey("a", options)
    const pauses = await sluice.listPauses()
    await session.settle({
      ...(claimed as { id: string; fence: number }),
      outcome: "snoozed",
      charges_attempt: false,
      wait_ms: 1,
      pauses_key: true,
    })
    expect(await sluice.listPauses()).toEqual(pauses)
    await session.end()
    await sluice.cancelJob(job.id)
    await sluice.resumeKey("a")
  }
})

test("a job without a concurrency key that throws PauseKey is put off", async () => {
  const { id } = await sluice.enqueue(keyless, {})
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0 })
  expect(await sluice.listPauses()).toEqual([])
})

test.each([
  [1, 1],
  [30, 6],
  [59, 10],
])(
  "%i seconds after the end of a pause, a key with a limit of ten has up to %i places",
  async (seconds, places) => {
    await sluice.enqueueMany(Array.from({ length: 20 }, () => ({ name: "call", payload: { host: "a" } })))
    await database.pool.query(
      `insert into sluice.pauses (kind, target, until_at) values ('key', 'a', now() - interval '${seconds} seconds')`,
    )
    const session = await openSession(database)
    const claimed = (await session.claim("call")).length
    expect(claimed).toBeGreaterThanOrEqual(places - 1 || 1)
    expect(claimed).toBeLessThanOrEqual(places)
    await session.end()
  },
)

test("while the limit of a key rises, ticks bring back what has places, and in the end all have them", async () => {
  await sluice.enqueueMany(Array.from({ length: 20 }, () => ({ name: "call", payload: { host: "a" } })))
  await database.pool.query("insert into sluice.pauses (kind, target) values ('key', 'a')")
  const session = await openSession(database)
  expect(await session.claim("call")).toEqual([])
  for (const [seconds, most] of [
    [1, 1],
    [30, 6],
    [90, 10],
  ] as const) {
    await database.pool.query(`update sluice.pauses set until_at = now() - interval '${seconds} seconds'`)
    await database.pool.query("update sluice.ticks set ticked_at = '-infinity'")
    await session.claim("call")
    const { rows } = await database.pool.query("select count(*)::int as held from sluice.permits")
    expect(rows[0].held).toBeLessThanOrEqual(most)
    expect(rows[0].held).toBeGreaterThanOrEqual(most - 1 || 1)
  }
  expect(await database.rows("select * from sluice.pauses")).toEqual([])
  await session.end()
})
