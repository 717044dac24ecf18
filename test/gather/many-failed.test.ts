import { Discard, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const COUNT = 40
const database = await createDatabase()
const child = defineJob({
  name: "child",
  perform({ n }: { n: number }) {
    throw new Discard(`${n} fails`)
  },
})
const parent = defineJob({
  name: "parent",
  async perform(_payload: object, { enqueueAndWait }) {
    const failing = Array.from({ length: COUNT }, (_, n) => ({ job: child, payload: { n } }))
    const late = { job: child, payload: { n: COUNT }, options: { delay: "1h" } } as const
    await enqueueAndWait("children", [...failing, late])
  },
})
const { sluice, drainOnce } = drainable(database, [parent, child])
const messages = Array.from({ length: COUNT }, (_, n) => `${n} fails`)

// in a history of a million jobs, looking for one takes milliseconds
test("a job that gathers many that have failed doesn't look for each of them in the history", async () => {
  const { id } = await parent.enqueue({})
  await drainOnce()

  const { errors, looks } = await gathered(id)

  expect(errors).toEqual(messages)
  expect(looks).toBeLessThan(COUNT)
})

test("it is told why each has failed although the first of them was deleted", async () => {
  const { id } = await parent.enqueue({})
  await drainOnce()
  const [first] = await database.rows(
    "select min(g.job_id)::text as id from sluice.gathered_jobs g join sluice.jobs j on j.batch_id = g.batch_id where j.name = 'child' and g.outcome is not null",
  )
  await sluice.deleteJobs({ ids: [first.id] })

  expect((await gathered(id)).errors.slice(1)).toEqual(messages.slice(1))
})

/** What the job is told of the others' errors, and how often indexes of the history were looked into for it. */
async function gathered(id: string): Promise<{ errors: string[]; looks: number }> {
  const client = await database.pool.connect()
  try {
    await client.query("begin")
    const { rows } = await client.query(
      "select outcome->4->>'message' as message from sluice.gathered($1, 'children', 0) g, json_array_elements(g.outcomes) with ordinality o (outcome, place) where place <= $2 order by place",
      [id, COUNT],
    )
    const scans = await client.query(
      "select sum(idx_scan)::integer as looks from pg_stat_xact_user_tables where schemaname = 'sluice' and relname like 'finished%'",
    )
    return { errors: rows.map(({ message }) => message), looks: scans.rows[0].looks }
  } finally {
    await client.query("rollback")
    client.release()
  }
}
