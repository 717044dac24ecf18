import { defineJob } from "@sluice/core"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()

test("a drainer that lingers is notified of a job, and only then is there a notification at all", async () => {
  const job = defineJob({ name: "noop", perform() {} })
  const { sluice, drainOnce } = drainable(database, [job])
  const listener = new pg.Client({ connectionString: database.url })
  await listener.connect()
  let notifications = 0
  listener.on("notification", () => notifications++)
  await listener.query("listen sluice")

  await sluice.enqueue(job, {})
  const stop = new AbortController()
  const drained = drainOnce({ linger: "1h", signal: stop.signal })
  await eventually(async () =>
    expect(await database.rows("select lingering from sluice.drainers")).toEqual([{ lingering: true }]),
  )
  await listener.query("select 1") // what was sent before has arrived
  expect(notifications, "of the job that was stored while nobody lingered").toBe(0)

  const { id } = await sluice.enqueue(job, {})
  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" }))
  await listener.query("select 1")
  expect(notifications).toBe(1)

  stop.abort()
  expect(await drained).toMatchObject({ succeeded: 2, dueWork: false })
  await listener.end()
})

test("it begins a job that comes while another runs, without waiting for that", async () => {
  let release = () => {}
  const long = defineJob({
    name: "long",
    perform: () => new Promise<void>((resolve) => (release = resolve)),
  })
  const quick = defineJob({ name: "quick", perform() {} })
  const { sluice, drainOnce } = drainable(database, [long, quick])
  await sluice.enqueue(long, {})
  const drained = drainOnce({ linger: "10ms" })
  await eventually(async () =>
    expect(await database.rows("select from sluice.drainers where lingering")).toHaveLength(1),
  )
  const { id } = await sluice.enqueue(quick, {})
  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" }))
  release()
  expect(await drained).toMatchObject({ succeeded: 2 })
})

test("a job that is due within the linger is waited for; one that is due later is not", async () => {
  const job = defineJob({ name: "delayed", perform() {} })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueue(job, {}, { delay: "700ms" })
  const { id } = await sluice.enqueue(job, {}, { delay: "1h" })

  expect(await drainOnce({ linger: "50ms" })).toMatchObject({ succeeded: 1, dueWork: false })
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled" })
})
