import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"

test("a rate's key that somebody holds keeps up its own jobs, and no others", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [defineJob({ name: "job", perform() {} })])
  const rate = { limit: 10, per: "1m" } as const
  const { id } = await sluice.enqueue("job", {}, { rateKey: "held", rate })
  await sluice.enqueue("job", {}, { rateKey: "free", rate })
  await sluice.enqueueMany(Array.from({ length: 100 }, () => ({ name: "job" })))
  const holder = await database.connect()
  await holder.query("begin; select pg_advisory_xact_lock(sluice.lock_space('key'), hashtext('rate/held'))")

  expect(await drainOnce({ remainingMs: countdown(4_000) })).toMatchObject({ succeeded: 101 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "ready", attempts: 0 })
  await holder.query("rollback")
  await holder.end()
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})
