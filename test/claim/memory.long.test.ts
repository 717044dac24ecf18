import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"

const database = await createDatabase()

test("a drainer with 48 MiB of heap performs 60 MB of large jobs, at any concurrency", async () => {
  await database.pool.query(
    `insert into sluice.jobs (name, state, payload, large_bytes)
     select 'noop', 'ready', payload, octet_length(payload::text)
     from generate_series(1, 240), (select jsonb_build_object('text', repeat('x', 250000))) p (payload)`,
  )
  const { NODE_OPTIONS = "" } = process.env
  onTestFinished(() => {
    process.env.NODE_OPTIONS = NODE_OPTIONS
  })
  process.env.NODE_OPTIONS = `${NODE_OPTIONS} --max-old-space-size=48`
  const { report } = spawnDrainer({ url: database.url, concurrency: 500 })
  expect((await report).summary).toMatchObject({ claimed: 240, succeeded: 240, lost: 0 })
})
