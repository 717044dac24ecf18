import { createSluice, defineJob, start } from "@sluice/core"
import pg from "pg"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { hasPgBouncer, startPgBouncer } from "../support/pgbouncer.ts"

const database = await createDatabase()
const gates = new Map<string, () => void>()
const gated = defineJob({
  name: "gated",
  perform: ({ gate }: { gate: string }) =>
    new Promise<string>((resolve) => gates.set(gate, () => resolve(gate))),
})
const counted = { statements: 0 }
const pool = {
  query(text: string, values?: unknown[]) {
    counted.statements++
    return database.pool.query(text, values)
  },
}
const sluice = createSluice({ database: pool, jobs: [gated], listen: listener() })

/** Opens connections that `pg_stat_activity` can tell from others. */
function listener(url = database.url) {
  return async () => {
    const client = new pg.Client({ connectionString: url, application_name: "listener" })
    client.on("error", () => {})
    await client.connect()
    return client
  }
}

const listeners = () =>
  database.rows(
    "select pid from pg_stat_activity where datname = current_database() and application_name = 'listener' and query like 'listen %'",
  )
const awaited = async () =>
  (await database.rows("select count(*)::integer from sluice.awaited_jobs"))[0].count

function work(concurrency = 300) {
  const worker = start(sluice, { connect: database.connect, concurrency })
  onTestFinished(() => worker.stop())
}

const enqueueGated = async (gate: string) => {
  const handle = await gated.enqueue({ gate })
  await eventually(() => expect(gates.has(gate)).toBe(true))
  return handle
}

test("any number of waits share one connection, which is closed when the last has ended", async () => {
  work()
  const names = Array.from({ length: 200 }, (_, index) => `many ${index}`)
  const handles = await Promise.all(names.map((gate) => gated.enqueue({ gate })))
  const waiting = handles.map((handle) => handle.result())
  await eventually(async () => {
    expect(await listeners()).toHaveLength(1)
    expect(await awaited()).toBe(200)
    expect(names.every((gate) => gates.has(gate))).toBe(true)
  })
  for (const gate of names) gates.get(gate)?.()
  expect(await Promise.all(waiting)).toEqual(names)
  expect(await listeners(), "once the last wait has ended").toEqual([])
  expect(await awaited()).toBe(0)
})

test("while a wait listens, it hardly looks, and is over soon after the end of its job", async () => {
  work()
  const handle = await enqueueGated("quiet")
  const waiting = handle.result()
  await eventually(async () => expect(await awaited()).toBe(1))
  counted.statements = 0
  const endedAt = new Promise<number>((resolve) => setTimeout(() => resolve(performance.now()), 600))
  const openedAtMs = await endedAt
  expect(counted.statements, "of 600 ms, in which it would have looked several times").toBeLessThanOrEqual(1)
  gates.get("quiet")?.()
  await waiting
  expect(performance.now() - openedAtMs, "less than until the next look").toBeLessThan(2_000)
})

test("a wait keeps the connection that the one before has begun to open", async () => {
  work()
  const { promise: isLetThrough, resolve: letThrough } = Promise.withResolvers<void>()
  let connecting = 0
  const listen = async () => {
    connecting++
    await isLetThrough
    return listener()()
  }
  const slow = createSluice({ database: pool, jobs: [gated], listen })
  const { id } = await enqueueGated("connecting")
  const left = new AbortController()
  const first = expect(slow.waitForJob(id, { signal: left.signal })).rejects.toThrow("aborted")
  await eventually(() => expect(connecting).toBe(1))
  left.abort()
  await new Promise(setImmediate) // from here on nobody waits
  counted.statements = 0
  const second = slow.waitForJob(id)
  await eventually(() => expect(counted.statements, "the last of them wants to listen").toBeGreaterThan(5))
  letThrough()
  await first
  await eventually(async () => expect(await awaited(), "the second is to be notified").toBe(1))
  expect(await listeners()).toHaveLength(1)
  gates.get("connecting")?.()
  await second
})

test("a wait survives the loss of its connection", async () => {
  work()
  const handle = await enqueueGated("lost connection")
  const waiting = handle.result()
  await eventually(async () => expect(await awaited()).toBe(1))
  await database.rows(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'listener'",
  )
  await eventually(async () => expect(await listeners()).toEqual([]))
  gates.get("lost connection")?.()
  expect(await waiting).toBe("lost connection")
})

test("a wait without a connection, or whose connection can't be opened, looks at growing intervals", async () => {
  work()
  for (const listen of [undefined, () => Promise.reject(new Error("refused"))]) {
    const polling = createSluice({ database: database.pool, ...(listen && { listen }) })
    const handle = await enqueueGated("polled")
    const waiting = polling.waitForJob(handle.id)
    await eventually(() => expect(gates.has("polled")).toBe(true))
    gates.get("polled")?.()
    gates.delete("polled")
    expect(await waiting).toMatchObject({ state: "succeeded", result: "polled" })
    expect(await awaited(), "nobody is notified").toBe(0)
  }
})

test.skipIf(!hasPgBouncer())(
  "through a transaction pooler, which passes no notification, a wait looks",
  async () => {
    const pooler = await startPgBouncer(database.url, "transaction")
    onTestFinished(() => pooler.stop())
    const opened: pg.Client[] = []
    const listen = async () => {
      const client = await listener(pooler.url)()
      opened.push(client)
      return client
    }
    const pooled = new pg.Pool({ connectionString: pooler.url })
    onTestFinished(() => pooled.end())
    work()
    const polling = createSluice({ database: pooled, listen })
    const handle = await enqueueGated("pooled")
    const waiting = polling.waitForJob(handle.id)
    await eventually(() => expect(opened).toHaveLength(1))
    await new Promise((resolve) => opened[0]?.once("end", resolve)) // given up
    expect(await awaited(), "nobody is notified").toBe(0)
    gates.get("pooled")?.()
    expect(await waiting).toMatchObject({ result: "pooled" })
  },
)

test("nobody is notified of jobs that nobody waits for", async () => {
  const client = await listener()()
  onTestFinished(() => client.end())
  const heard: string[] = []
  client.on("notification", ({ payload = "" }) => heard.push(payload))
  await client.query('listen "sluice:finished"')
  work()
  const handle = await enqueueGated("unheard")
  gates.get("unheard")?.()
  await eventually(async () => expect(await sluice.getJob(handle.id)).toMatchObject({ state: "succeeded" }))
  await client.query("notify \"sluice:finished\", 'last'")
  await eventually(() => expect(heard).toEqual(["last"]))
})
