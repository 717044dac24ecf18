import { once } from "node:events"
import { createNeonConnect } from "@sluice/aws/neon"
import { createSluice, defineJob, drain, SessionLostError } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { startNeonProxy } from "./proxy.ts"

const database = await createDatabase()
await startNeonProxy(database.url)
const connect = createNeonConnect(database.url)

test("a drainer performs, retries and settles, and holds its jobs' locks while they run", async () => {
  const locked: unknown[] = []
  const flaky = defineJob({
    name: "flaky",
    backoff: { base: "1ms", jitter: 0 },
    async perform(_payload: object, { id, attempt }) {
      locked.push(
        ...(await database.rows("select state from sluice.states_of(array[$1::bigint], 'infinity')", [id])),
      )
      if (attempt === 1) throw new Error("not yet")
      return "done"
    },
  })
  const sluice = createSluice({ database: database.pool, jobs: [flaky] })
  await sluice.enqueueMany(Array.from({ length: 20 }, () => ({ name: "flaky" })))

  await eventually(async () => {
    expect(await drain(sluice, { connect })).toMatchObject({ lost: 0, dueWork: false })
    expect(await database.rows("select from sluice.jobs")).toEqual([])
  })

  expect(locked).toEqual(Array.from({ length: 40 }, () => ({ state: "running" })))
  expect(
    await database.rows(
      "select count(*)::int, min(attempts), max(attempts) from sluice.finished where state = 'succeeded'",
    ),
  ).toEqual([{ count: 20, min: 2, max: 2 }])
  // that no lock is left is told by the end of the file, see createDatabase
})

test("a transactional job's effects and completion are one commit", async () => {
  await database.pool.query("create table effects (at timestamptz default now())")
  const effect = defineJob({
    name: "effect",
    transactional: true,
    perform: async (_payload: object, { transaction }) =>
      void (await transaction.query("insert into effects default values")),
  })
  const sluice = createSluice({ database: database.pool, jobs: [effect] })
  await effect.enqueue({})
  expect(await drain(sluice, { connect })).toMatchObject({ succeeded: 1 })
  expect(await database.rows("select from effects")).toHaveLength(1)
})

test("a session whose backend is killed is lost at once, and its job is the next drainer's", async () => {
  let reason: unknown
  let started = () => {}
  const isRunning = new Promise<void>((resolve) => {
    started = resolve
  })
  let runs = 0
  const long = defineJob({
    name: "long",
    async perform(_payload: object, { signal }) {
      if (++runs > 1) return
      started()
      await once(signal, "abort")
      reason = signal.reason
    },
  })
  const sluice = createSluice({ database: database.pool, jobs: [long] })
  const { id } = await long.enqueue({})

  const drained = drain(sluice, { connect }).catch((error) => error)
  await isRunning
  await database.pool.query(
    "select pg_terminate_backend(backend_pid) from sluice.drainers where ended_at is null",
  )

  expect(await drained).toBeInstanceOf(SessionLostError)
  expect(reason).toBeInstanceOf(SessionLostError)
  expect(await database.rows("select id::text, fence, attempts from sluice.jobs")).toEqual([
    { id, fence: 0, attempts: 0 },
  ])
  expect(await drain(sluice, { connect })).toMatchObject({ interrupted: 1, succeeded: 1 })
})

test("a connection hears what it listens for", async () => {
  const connection = await connect()
  const heard: unknown[] = []
  ;(connection as unknown as NodeJS.EventEmitter).on("notification", (message) => heard.push(message))
  await connection.query("listen sluice")
  await database.pool.query("select pg_notify('sluice', 'work')")
  await eventually(() => expect(heard).toMatchObject([{ channel: "sluice", payload: "work" }]))
  await connection.end()
})
