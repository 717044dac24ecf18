import { once } from "node:events"
import { defineJob, SessionLostError } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a drainer that loses its session aborts what runs, writes nothing, and leaves it to the next", async () => {
  const database = await createDatabase()
  let reason: unknown
  let started = () => {}
  const isRunning = new Promise<void>((resolve) => {
    started = resolve
  })
  let runs = 0
  const job = defineJob({
    name: "long",
    async perform(_payload, { signal }) {
      if (++runs > 1) return
      started()
      await once(signal, "abort")
      reason = signal.reason
    },
  })
  const { drainOnce } = drainable(database, [job])
  const { id } = await job.enqueue({})

  const drained = drainOnce()
  drained.catch(() => {})
  await isRunning
  await database.pool.query(
    "select pg_terminate_backend(backend_pid) from sluice.drainers where ended_at is null",
  )

  await expect(drained).rejects.toBeInstanceOf(SessionLostError)
  expect(reason).toBeInstanceOf(SessionLostError)
  expect(await database.rows("select id::text, fence, attempts from sluice.jobs")).toEqual([
    { id, fence: 0, attempts: 0 },
  ])

  expect(await drainOnce()).toMatchObject({ interrupted: 1, succeeded: 1 })
})
