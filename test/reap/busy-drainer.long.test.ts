import { setTimeout as wait } from "node:timers/promises"
import { createSluice, defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("delete from sluice.jobs"))

let running = 0
const longRuns = () => eventually(() => expect(running).toBe(1))
const long = defineJob({
  name: "long",
  async perform({ ms }: { ms: number }, { signal }) {
    running++
    await wait(ms, undefined, { signal }).finally(() => running--)
  },
})
const startedAtMs: number[] = []
const short = defineJob({ name: "short", perform: () => void startedAtMs.push(performance.now()) })
const { sluice, drainOnce } = drainable(database, [long, short])
const makeSuspects = (name: string) =>
  database.pool.query(
    "update sluice.jobs set state = 'suspect', suspect_group = 5, died_with = 50 where name = $1",
    [name],
  )

test("a drainer that is busy with a long job takes over at once what another died with", async () => {
  await long.enqueue({ ms: 60_000 })
  const stop = new AbortController()
  const draining = drainOnce({ linger: "1m", signal: stop.signal })
  await longRuns()
  const dying = await openSession(database)
  await sluice.pauseQueue("other") // so that the drainer doesn't take them first
  await sluice.enqueueMany(Array.from({ length: 5 }, () => ({ name: "short", options: { queue: "other" } })))
  await dying.connection.query(
    "begin; delete from sluice.pauses; update sluice.jobs set state = 'ready' where state = 'paused'",
  )
  await dying.claim("short")
  await dying.connection.query("commit")
  expect(
    await database.rows("select from sluice.claims where drainer_id = $1", [dying.drainerId]),
  ).toHaveLength(1)
  await dying.end()

  await eventually(() => expect(startedAtMs).toHaveLength(5))
  expect(running).toBe(1)
  stop.abort()
  expect(await draining).toMatchObject({ interrupted: 5, succeeded: 5, snoozed: 1 })
})

test.each([
  ["of a name that this drainer doesn't know", "unknown"],
  ["that runs elsewhere", "short"],
])("a suspect %s is no concern of a drainer's", async (_what, name) => {
  await createSluice({ database: database.pool }).enqueue(name, {})
  await makeSuspects(name)
  const elsewhere = await openSession(database)
  if (name === "short")
    await elsewhere.connection.query("select sluice.claim_suspects($1, $2, 10, '{short}', '{}', '{}')", [
      elsewhere.drainerId,
      elsewhere.backendPid,
    ])
  await long.enqueue({ ms: 4_000 })
  startedAtMs.length = 0
  const draining = drainOnce({ linger: "300ms" })
  await longRuns()
  const beganAtMs = performance.now()
  let jobs = 0
  for (; performance.now() - beganAtMs < 2_500; jobs++) {
    await short.enqueue({})
    await eventually(() => expect(startedAtMs).toHaveLength(jobs + 1))
  }
  expect(running, `after ${performance.now() - beganAtMs} ms`).toBe(1)
  expect(await draining).toMatchObject({ succeeded: jobs + 1, dueWork: false })
  await elsewhere.end()
})

test("a drainer whose long job keeps it from running suspects does other work meanwhile, and runs them when it can", async () => {
  await long.enqueue({ ms: 4_000 })
  startedAtMs.length = 0
  const draining = drainOnce({ linger: "1500ms" })
  await longRuns()
  await sluice.enqueueMany([{ name: "long", payload: { ms: 1 } }])
  const others: { enqueuedAtMs: number; startedAtMs: number }[] = []
  await database.pool.query(
    "update sluice.jobs set state = 'suspect', suspect_group = 1, died_with = 5 where payload->>'ms' = '1'",
  )
  while (running > 0) {
    const enqueuedAtMs = performance.now()
    await short.enqueue({})
    await eventually(() => expect(startedAtMs).toHaveLength(others.length + 1))
    others.push({ enqueuedAtMs, startedAtMs: startedAtMs.at(-1) as number })
  }
  const waits = others.map((other) => other.startedAtMs - other.enqueuedAtMs).toSorted((a, b) => a - b)
  expect(waits.at(-1), "longest wait of other work").toBeLessThan(2_500)
  expect(waits[Math.floor(waits.length / 2)], "usual wait").toBeLessThan(500)
  expect(await draining).toMatchObject({ succeeded: others.length + 2 })
})
