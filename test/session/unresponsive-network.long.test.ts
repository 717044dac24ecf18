import { once } from "node:events"
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises"
import {
  createSluice,
  DatabaseUnavailableError,
  defineJob,
  drain,
  SessionLostError,
  start,
} from "@sluice/core"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { countdown } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { startProxy } from "../support/proxy.ts"

const SILENCE = "2s"

test("a drainer whose network stops responding aborts its jobs before another drainer starts them", async () => {
  const database = await createDatabase()
  const proxy = await startProxy(database.url)
  const events: string[] = []
  const define = (drainer: string) =>
    defineJob({
      name: "long",
      async perform(_payload, { signal }) {
        events.push(`${drainer} begins`)
        if (drainer === "second") return
        await once(signal, "abort")
        events.push(`${drainer} is aborted`)
        expect(signal.reason).toBeInstanceOf(SessionLostError)
      },
    })
  const first = createSluice({ database: database.pool, jobs: [define("first")] })
  const second = createSluice({ database: database.pool, jobs: [define("second")] })
  await first.enqueue("long", {})
  const lost = drain(first, { connect: connectTo(proxy.url), sessionTimeout: SILENCE }).catch(
    (error) => error,
  )
  await eventually(() => expect(events).toEqual(["first begins"]))

  proxy.deafen("both")
  await eventually(async () => {
    await drain(second, { connect: database.connect })
    expect(events).toContain("second begins")
  })
  expect(events).toEqual(["first begins", "first is aborted", "second begins"])
  expect(await lost).toBeInstanceOf(SessionLostError)
  await proxy.stop()
})

test.each(["toClient", "toServer"] as const)(
  "a worker whose network drops packets (%s) reports that it waits, and works again once the network does",
  async (direction) => {
    const database = await createDatabase()
    const proxy = await startProxy(database.url)
    const job = defineJob({ name: "job", perform() {} })
    const sluice = createSluice({ database: database.pool, jobs: [job] })
    const worker = start(sluice, { connect: connectTo(proxy.url), sessionTimeout: SILENCE })
    await isDone(database, await job.enqueue({}))

    proxy.deafen(direction)
    await eventually(() => expect(worker.health()).toMatchObject({ state: "waiting" }))
    proxy.heal()
    proxy.cut()
    await isDone(database, await job.enqueue({}))
    expect(worker.health()).toMatchObject({ state: "working" })
    await worker.stop()
    await proxy.stop()
  },
)

test("a drain ends by its deadline although its statement has no answer", async () => {
  const database = await createDatabase()
  const proxy = await startProxy(database.url)
  const job = defineJob({
    name: "job",
    perform() {
      proxy.deafen()
    },
  })
  const sluice = createSluice({ database: database.pool, jobs: [job] })
  await job.enqueue({})
  const remainingMs = countdown(4_000)
  const ended = await drain(sluice, { connect: connectTo(proxy.url), remainingMs }).catch((error) => error)
  expect(ended).toBeInstanceOf(SessionLostError)
  expect(remainingMs()).toBeGreaterThan(0)
  await proxy.stop()
})

test("a connection that is accepted and never answered ends with the worker that asked for it", async () => {
  const database = await createDatabase()
  const proxy = await startProxy(database.url)
  proxy.refuse("silent")
  const job = defineJob({ name: "job", perform() {} })
  const worker = start(createSluice({ database: database.pool, jobs: [job] }), {
    connect: connectTo(proxy.url),
  })
  await eventually(() => expect(proxy.connections).toBeGreaterThan(0))
  const beganAtMs = performance.now()
  await worker.stop()
  expect(performance.now() - beganAtMs).toBeLessThan(2_000)
  await proxy.stop()
})

test("enqueueing and reading are answered in time, and say that the database is unavailable", async () => {
  const database = await createDatabase()
  const proxy = await startProxy(database.url)
  const pool = new pg.Pool({ connectionString: proxy.url, max: 1 })
  pool.on("error", () => {})
  const sluice = createSluice({ database: pool, answerWithin: "1500ms" })
  await sluice.enqueue("any", {})
  proxy.deafen()
  const unavailable = { code: "database_unavailable", message: expect.stringContaining("within 1500 ms") }
  await expect(sluice.enqueue("any", {})).rejects.toMatchObject(unavailable)
  await expect(sluice.getJob("1")).rejects.toBeInstanceOf(DatabaseUnavailableError)
  await proxy.stop()
  await pool.end()
})

test("an answer that comes in time leaves no timer, which would keep the process from ending", async () => {
  const database = await createDatabase()
  const sluice = createSluice({ database: database.pool })
  const countTimers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length
  const before = countTimers()
  for (let times = 0; times < 50; times++) await sluice.enqueue("any", {})
  expect(countTimers() - before).toBeLessThan(25)
})

test("a drainer whose event loop was blocked reads the answer that has come meanwhile", {
  retry: 2, // on a busy machine
}, async () => {
  const database = await createDatabase()
  const blocking = defineJob({
    name: "blocking",
    async perform() {
      for (let times = 0; times < 3; times++) {
        blockFor(1_300)
        await wait(50)
      }
    },
  })
  const sluice = createSluice({ database: database.pool, jobs: [blocking] })
  await blocking.enqueue({})
  expect(await drain(sluice, { connect: database.connect, sessionTimeout: SILENCE })).toMatchObject({
    succeeded: 1,
  })
})

test("so does an enqueue whose event loop was blocked", async () => {
  const database = await createDatabase()
  const sluice = createSluice({ database: database.pool, answerWithin: "1s" })
  await sluice.enqueue("any", {}) // connects
  const enqueued = sluice.enqueue("any", {})
  await turn()
  blockFor(1_500)
  expect(await enqueued).toMatchObject({ status: "enqueued" })
})

function connectTo(url: string) {
  return async () => {
    const client = new pg.Client({ connectionString: url })
    client.on("error", () => {})
    await client.connect()
    return client
  }
}

async function isDone({ rows }: TestDatabase, { id }: { id: string }): Promise<void> {
  await eventually(async () =>
    expect(await rows("select from sluice.finished where id = $1", [id])).toHaveLength(1),
  )
}

function blockFor(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}
