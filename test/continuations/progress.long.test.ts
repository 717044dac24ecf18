import { defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress"))
let work: (context: JobContext) => Promise<unknown> | undefined
const job = defineJob({ name: "job", maxAttempts: 1, perform: (_payload: unknown, context) => work(context) })
const transactional = defineJob({
  name: "transactional",
  transactional: true,
  maxAttempts: 1,
  perform: (_payload: unknown, context) => work(context),
})
const { sluice, drainOnce } = drainable(database, [job, transactional])
const progressOf = async (id: string) => (await sluice.getJob(id))?.progress

test.each(["job", "transactional"])(
  "what a %s tells of its progress is read until it has finished",
  async (name) => {
    const { id } = await sluice.enqueue(name, {})
    expect(await progressOf(id)).toBe(null)
    work = async ({ progress }) => {
      progress(12.5, "reading")
      await eventually(async () =>
        expect(await progressOf(id)).toEqual({ percent: 12.5, text: "reading", at: expect.any(Date) }),
      )
      progress(100)
      await eventually(async () => expect(await progressOf(id)).toMatchObject({ percent: 100, text: null }))
    }
    expect(await drainOnce()).toMatchObject({ succeeded: 1, checkpoints: 0 })
    expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", progress: null })
    expect(await database.rows("select * from sluice.progress")).toEqual([])
  },
)

test("progress is written at most once a second, and of what is told in between the last is", async () => {
  const { id } = await job.enqueue({})
  await database.rows("create table writes (value jsonb)")
  await database.rows(
    "create function note() returns trigger language plpgsql as 'begin insert into public.writes values (new.value); return new; end'",
  )
  await database.rows(
    "create trigger note after insert or update on sluice.progress for each row execute function public.note()",
  )
  work = async ({ progress }) => {
    for (let percent = 0; percent <= 50; percent++) progress(percent)
    await eventually(async () => expect(await progressOf(id)).toMatchObject({ percent: 50 }))
    for (let percent = 51; percent <= 90; percent++) {
      progress(percent)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await eventually(async () => expect(await progressOf(id)).toMatchObject({ percent: 90 }))
  }
  await drainOnce()
  expect(await database.rows("select value->'percent' as percent from writes")).toEqual([
    { percent: 50 },
    { percent: 90 },
  ])
  await database.rows("drop trigger note on sluice.progress")
})

test("progress isn't a checkpoint: it doesn't restart the timeout, and is left beside steps", async () => {
  const { id } = await job.enqueue({}, { timeout: "300ms" })
  work = async ({ progress, signal }) => {
    while (!signal.aborted) {
      progress(1)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ errors: [{ class: "TimeoutError" }] })

  const stepped = await job.enqueue({})
  work = async ({ progress, step }) => {
    progress(5, "at the step")
    await eventually(async () => expect(await progressOf(stepped.id)).toMatchObject({ percent: 5 }))
    return step("one", () => 1)
  }
  await drainOnce()
  expect(await sluice.getJob(stepped.id)).toMatchObject({ state: "succeeded", result: 1 })
})

test("while somebody has the job's row, a report is dropped and holds up nobody", async () => {
  const { id } = await job.enqueue({})
  const client = await database.pool.connect()
  const { rows } = await client
    .query(
      "begin; select id from sluice.jobs for update; select sluice.report_progress(pg_backend_pid(), 1, 0, '{}')",
    )
    .then((results) => (results as unknown as { rows: unknown[] }[])[1] as { rows: unknown[] })
  expect(rows).toEqual([{ id }])
  await database.rows(`select sluice.report_progress(pg_backend_pid(), ${id}, 0, '{"percent": 1}')`)
  await client.query("rollback")
  client.release()
  expect(await progressOf(id)).toBe(null)
})

test.each([
  [-1, undefined],
  [101, undefined],
  [Number.NaN, undefined],
  ["50", undefined],
  [1, ""],
  [1, "x".repeat(513)],
  [1, "\0"],
  [1, 5],
])("progress of %j with the text %j is refused", async (percent, text) => {
  const { id } = await job.enqueue({})
  work = ({ progress }) => void progress(percent as never, text as never) as undefined
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", errors: [{ code: "invalid_option" }] })
  expect(await database.rows("select * from sluice.progress")).toEqual([])
})
