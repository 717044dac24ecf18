import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

const awaitJob = async (id: string, connection: Pick<typeof database.pool, "query"> = database.pool) =>
  (
    await connection.query(
      "select ended::text[], left_out::text[] from sluice.await_jobs(array[$1::bigint], true)",
      [id],
    )
  ).rows[0]

async function claimOne() {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  const [claimed] = await first.claim("any")
  const heard: (string | undefined)[] = []
  second.connection.on("notification", ({ payload }) => heard.push(payload))
  await second.connection.query('listen "sluice:finished"')
  return { first, second, id, fence: claimed?.fence as number, heard }
}

test("a job that is settled while somebody asks for its end is told: the settle waits and sees who asked", async () => {
  const { first, second, id, fence, heard } = await claimOne()
  const client = await database.pool.connect()
  await client.query("begin")
  expect(await awaitJob(id, client)).toEqual({ ended: [], left_out: [] })
  const settling = first.settle({ id, fence, outcome: "succeeded" })
  await client.query("commit")
  client.release()
  expect(await settling).toEqual([])
  await second.connection.query("select")
  expect(heard).toEqual([id])
  expect(await database.rows("select * from sluice.awaited_jobs")).toEqual([])
})

test("whoever asks while a settle is about to commit waits for nobody, and knows that the end won't be notified", async () => {
  const { first, second, id, fence, heard } = await claimOne()
  await first.connection.query("begin")
  await first.settle({ id, fence, outcome: "succeeded" })
  expect(await awaitJob(id)).toEqual({ ended: [], left_out: [id] })
  await first.connection.query("commit")
  expect(await awaitJob(id)).toEqual({ ended: [id], left_out: [] })
  await second.connection.query("select")
  expect(heard).toEqual([])
})

test("a job that somebody begins to wait for between a claim's candidates and its lock is claimed all the same", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  await awaitJob(id) // what the claim knows of its candidates is from before this
  await first.connection.query("select pg_advisory_lock(sluice.job_lock($1))", [id])
  const secondLook =
    "select ids::text[] from sluice.second_look($1, array[$2::bigint], null, 'ready', 1000000)"
  expect((await first.connection.query(secondLook, [first.drainerId, id])).rows).toEqual([{ ids: [id] }])
  await first.connection.query("select pg_advisory_unlock(sluice.job_lock($1))", [id])
})

test("who waits for a job with a limit, or a canceled one, is told as well", async () => {
  const { first, second } = await openTwoSessions(database)
  const heard: (string | undefined)[] = []
  second.connection.on("notification", ({ payload }) => heard.push(payload))
  await second.connection.query('listen "sluice:finished"')
  const limited = await sluice.enqueue("any", {}, { concurrencyKey: "k" })
  const canceled = await sluice.enqueue("any", {}, { delay: "1h" })
  for (const { id } of [limited, canceled]) await awaitJob(id)
  const [claimed] = await first.claim("any")
  await first.settle({
    id: limited.id,
    fence: claimed?.fence as number,
    outcome: "discarded",
    error_class: "Error",
    error_message: "",
  })
  await sluice.cancelJob(canceled.id)
  await second.connection.query("select")
  expect(heard).toEqual([limited.id, canceled.id])
})
