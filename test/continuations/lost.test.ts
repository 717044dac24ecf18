import { defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
await database.pool.query("create table effects (note text)")
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress"))

let work: (context: JobContext) => Promise<unknown>
const job = defineJob({ name: "job", perform: (_payload: unknown, context) => work(context) })
const { drainOnce } = drainable(database, [job])

const moveOn = () => database.pool.query("update sluice.jobs set fence = fence + 1")

test.each<[string, (context: JobContext) => Promise<unknown>]>([
  ["a step", ({ step }) => step("one", moveOn)],
  ["a cursor", ({ cursor }) => cursor("rows", 0, async () => (await moveOn()) && 1)],
  ["a sleep", async ({ sleep }) => (await moveOn()) && (await sleep("1h"))],
  [
    "a transactional step",
    ({ step }) =>
      step(
        "one",
        async (transaction) => {
          await transaction.query("insert into effects values ('of a stale drainer')")
          await moveOn()
        },
        { transactional: true },
      ),
  ],
])(
  "a drainer that lost its job can't save %s: the execution is lost, and nothing of it is written",
  async (_what, checkpoint) => {
    await job.enqueue({})
    let executions = 0
    let wentOn = false
    work = async (context) => {
      if (++executions > 1) return
      await checkpoint(context)
      wentOn = true
    }
    expect(await drainOnce()).toMatchObject({
      lost: 1,
      checkpoints: 0,
      retried: 0,
      discarded: 0,
      succeeded: 1,
    })
    expect(wentOn).toBe(false)
    expect(await database.rows("select * from sluice.progress")).toEqual([])
    expect(await database.rows("select * from effects")).toEqual([])
  },
)

test("progress that reaches another backend than the drain began on is refused, and nothing is written", async () => {
  const { id } = await job.enqueue({})
  const session = await openSession(database)
  await session.claim("job")
  const save = "select sluice.save_progress($1, $2, 0, 'step', 'one', '1', null)"
  await expect(database.pool.query(save, [session.backendPid, id])).rejects.toMatchObject({ code: "SL003" })
  expect(await database.rows("select * from sluice.progress")).toEqual([])
  expect((await session.connection.query(save, [session.backendPid, id])).rows).toEqual([
    { save_progress: true },
  ])
  await session.end()
})

test("a job is not taken over from a dead drainer before the transaction that a checkpoint of it is written in has ended", async () => {
  const { id } = await job.enqueue({})
  const session = await openSession(database)
  await session.claim("job")
  const store = "select sluice.store_progress($1, 0, 'cursor', 'rows', $2, null)"
  await session.connection.query(store, [id, 1])
  const transaction = await database.connect()
  await transaction.query("begin")
  await transaction.query(store, [id, 2])
  await session.end()

  const seen: unknown[] = []
  work = ({ cursor }) => cursor("rows", 0, (position) => void seen.push(position))
  const { id: other } = await job.enqueue({}, { priority: 1 })
  expect(await drainOnce(), "nothing waits for it").toMatchObject({
    claimed: 1,
    interrupted: 0,
    dueWork: true,
  })
  expect(seen).toEqual([0])
  expect(await database.rows("select id::text from sluice.finished where id = $1", [other])).toHaveLength(1)

  await transaction.query("commit")
  await transaction.end()
  expect(await drainOnce()).toMatchObject({ succeeded: 1, interrupted: 1 })
  expect(seen).toEqual([0, 2])
})
