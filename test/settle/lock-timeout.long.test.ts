import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
// a drainer waits for a lock for a twentieth of its time: 400 ms of eight seconds
const performed: string[] = []
const job = defineJob({
  name: "job",
  perform(_payload, { id }) {
    performed.push(id)
  },
})
const { sluice, drainOnce } = drainable(database, [job])

test("while somebody holds a job's row its outcome is kept, the others' are written, and each job is performed once", async () => {
  const enqueued = await sluice.enqueueMany(Array.from({ length: 40 }, () => ({ name: "job" })))
  const held = enqueued[7]?.id as string
  const holder = await database.connect()
  await holder.query("begin")
  await holder.query("select from sluice.jobs where id = $1 for update", [held])

  const drained = drainOnce({ concurrency: 100, remainingMs: () => 8_000 })
  await eventually(async () => {
    expect(await database.rows("select id from sluice.jobs")).toEqual([{ id: held }])
  })
  await holder.query("rollback")
  await holder.end()

  expect(await drained).toMatchObject({ claimed: 40, succeeded: 40, lost: 0 })
  expect(performed).toHaveLength(40)
})

test("while somebody holds the whole table nothing of what has ended is lost", async () => {
  performed.length = 0
  await sluice.enqueueMany(Array.from({ length: 10 }, () => ({ name: "job" })))
  const holder = await database.connect()
  let release = async () => {}
  const gated = defineJob({
    name: "gated",
    async perform() {
      await holder.query("begin")
      await holder.query("lock table sluice.jobs in share mode")
      release = async () => void (await holder.query("rollback"))
    },
  })
  const others = drainable(database, [job, gated])
  await others.sluice.enqueue("gated", {}, { priority: -1 })
  const warnings: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warnings.push(line) }
  const drained = others.drainOnce({ concurrency: 100, log, remainingMs: () => 8_000 })
  await eventually(() => expect(warnings).toContain("Retrying a statement"))
  await release()
  await holder.end()
  expect(await drained).toMatchObject({ succeeded: 11, lost: 0 })
  expect(performed).toHaveLength(10)
})
