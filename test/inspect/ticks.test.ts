import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", timeout: "10s", async perform() {} })
const { sluice, drainOnce } = drainable(database, [job])

test("ticks come page by page, the newest first, with what became of them and the state of their job", async () => {
  await drainOnce()
  await sluice.setSchedule("often", { name: "job", every: "1h" })
  const id = await sluice.runSchedule("often")
  await database.pool.query(`insert into sluice.schedule_ticks (schedule_key, tick, outcome, error)
    select 'often', now() - interval '1 hour' * n, case when n = 1 then 'failed' else 'skipped' end, case when n = 1 then 'full' end
    from generate_series(1, 4) n`)
  const first = await sluice.listTicks("often", { limit: 2 })
  expect(first).toMatchObject({
    ticks: [
      { outcome: "enqueued", jobId: id, jobState: "ready", requested: true, tick: expect.any(Date) },
      { outcome: "failed", error: "full", jobId: null },
    ],
    next: expect.any(String),
  })
  const second = await sluice.listTicks("often", { limit: 2, after: first.next as string })
  const third = await sluice.listTicks("often", { limit: 2, after: second.next as string })
  expect([...second.ticks, ...third.ticks].map(({ outcome }) => outcome)).toEqual(Array(3).fill("skipped"))
  expect(third.next).toBeUndefined()
  expect(await sluice.listTicks("none")).toEqual({ ticks: [] })
  await expect(sluice.listTicks("often", { after: "x" })).rejects.toThrow(/the last `next`/)
})

test("definitions are listed with what they say, and when a drainer last knew them", async () => {
  const [definition] = await sluice.listDefinitions()
  expect(definition).toMatchObject({
    name: "job",
    queue: null,
    timeoutMs: 10_000,
    events: [],
    droppedAt: null,
  })
  expect(definition?.seenAt).toBeInstanceOf(Date)
  expect(await sluice.listDefinitions({ after: "job" })).toEqual([])
})
