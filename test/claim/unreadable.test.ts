import { defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// such a server stores whatever bytes it is sent, and only its answers must be UTF-8
const database = await createDatabase({ template: "template0", encoding: "SQL_ASCII" })
await migrate(database.url)
beforeEach(() => database.pool.query("truncate sluice.jobs, sluice.failures"))
const performed: string[] = []
const job = defineJob({
  name: "job",
  perform(_payload, { id }) {
    performed.push(id)
  },
})
const { sluice, drainOnce } = drainable(database, [job])

/** An app that believes in LATIN1 has enqueued from SQL: é is one byte. */
async function enqueueUnreadable(): Promise<string> {
  const [{ id }] = await database.rows(
    "select sluice.enqueue('job', to_jsonb(convert_from('\\xe9', 'SQL_ASCII'))) as id",
  )
  return String(id)
}

test("a job that can't be read is discarded with what is wrong, and those around it are performed", async () => {
  await sluice.enqueueMany(Array.from({ length: 30 }, () => ({ name: "job" })))
  const first = await enqueueUnreadable()
  await sluice.enqueueMany(Array.from({ length: 30 }, () => ({ name: "job" })))
  const second = await enqueueUnreadable()

  expect(await drainOnce({ concurrency: 100 })).toMatchObject({
    claimed: 62,
    succeeded: 60,
    discarded: 2,
    lost: 0,
  })
  expect(new Set(performed).size).toBe(60)
  const records = await database.rows(
    "select job_id, outcome, error_class, error_message from sluice.failures order by job_id",
  )
  expect(records).toEqual(
    [first, second].map((id) => ({
      job_id: id,
      outcome: "discarded",
      error_class: "InvalidPayloadError",
      error_message: `The payload of job ${id} could not be claimed: it can't be read`,
    })),
  )
})

test("text beyond ASCII passes through such a server unchanged", async () => {
  const { id } = await sluice.enqueue("job", { arrow: "→" })
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", payload: { arrow: "→" } })
})
