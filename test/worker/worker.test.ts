import { setTimeout as wait } from "node:timers/promises"
import {
  type AnyJobDefinition,
  createSluice,
  defineJob,
  type Sluice,
  type SluiceError,
  start,
} from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const job = defineJob({
  name: "job",
  perform: ({ ms = 0 }: { ms?: number }, { signal }) => wait(ms, undefined, { signal }),
})
const sluice = createSluice({ database: database.pool, jobs: [job] })

test("a worker performs jobs as they come, and lets running jobs finish when it stops", async () => {
  const worker = start(sluice, { connect: database.connect })
  for (let count = 0; count < 3; count++) await isDone(await job.enqueue({}))
  const running = await job.enqueue({ ms: 300 })
  await eventually(async () => expect(await sluice.getJob(running.id)).toMatchObject({ state: "running" }))
  expect(worker.health()).toMatchObject({ state: "working" })

  await worker.stop()
  expect(await sluice.getJob(running.id)).toMatchObject({ state: "succeeded" })
  expect(worker.health()).toMatchObject({ state: "stopped" })
})

test("a worker that loses its database session reconnects and keeps working", async () => {
  const worker = start(sluice, { connect: database.connect })
  await isDone(await job.enqueue({}))
  await database.pool.query(
    "select pg_terminate_backend(backend_pid) from sluice.drainers where ended_at is null",
  )
  await eventually(() => expect(worker.health()).toMatchObject({ state: "waiting", reason: /session/ }))
  await isDone(await job.enqueue({}))
  expect(worker.health()).toMatchObject({ state: "working" })
  await worker.stop()
})

test("one that finds every slot taken waits for one", async () => {
  const first = start(sluice, { connect: database.connect, maxDrainers: 1 })
  await isDone(await job.enqueue({}))
  const second = start(sluice, { connect: database.connect, maxDrainers: 1 })
  await eventually(() => expect(second.health()).toMatchObject({ state: "waiting", reason: /slot/ }))
  await first.stop()
  await isDone(await job.enqueue({}))
  await second.stop()
})

test("what does not pass by itself ends it with an error", async () => {
  const other: Sluice = createSluice({
    database: database.pool,
    jobs: [] as AnyJobDefinition[],
    schema: "missing",
  })
  const worker = start(other, { connect: database.connect })
  await expect(worker.ended).rejects.toMatchObject({ code: "no_jobs" } satisfies Partial<SluiceError>)
})

async function isDone({ id }: { id: string }): Promise<void> {
  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" }))
}
