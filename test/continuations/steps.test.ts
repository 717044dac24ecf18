import { defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { cuttable, makeDue, savedNames } from "./cuts.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress"))

let work: (context: JobContext) => Promise<unknown>
const job = defineJob({
  name: "job",
  maxAttempts: 3,
  backoff: { base: "1h" },
  perform: (_payload: unknown, context) => work(context),
})
const { sluice, drainOnce, drainUntilCut, cut } = cuttable(database, [job])

test("a step that fails fails the attempt, and the steps before it are not run again", async () => {
  const { id } = await job.enqueue({})
  const ran: string[] = []
  work = async ({ step, attempt }) => {
    const one = await step("one", () => ran.push("one"))
    const two = await step("two", async () => {
      ran.push("two")
      if (attempt < 3) throw new Error("not yet")
      return 2
    })
    return [one, two]
  }
  expect(await drainOnce()).toMatchObject({ retried: 1, checkpoints: 1 })
  await makeDue(database)
  expect(await drainOnce()).toMatchObject({ retried: 1, checkpoints: 0 })
  await makeDue(database)
  expect(await drainOnce()).toMatchObject({ succeeded: 1, checkpoints: 1 })
  expect(ran).toEqual(["one", "two", "two", "two"])
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1, result: [1, 2] })
})

test("at the deadline the running step is saved, and the job continues after it and keeps its attempt", async () => {
  const { id } = await job.enqueue({})
  const ran: string[] = []
  work = async ({ step, signal }) => {
    await step("one", async () => {
      ran.push("one")
      await cut(signal)
    })
    await step("two", () => void ran.push("two"))
  }
  expect(await drainUntilCut()).toMatchObject({ snoozed: 1, checkpoints: 1, dueWork: true })
  expect(ran).toEqual(["one"])
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0, errors: [] })

  expect(await drainOnce()).toMatchObject({ succeeded: 1, checkpoints: 1 })
  expect(ran).toEqual(["one", "two"])
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1 })
})

test("what a transactional step has done when the deadline comes is committed", async () => {
  await database.pool.query("create table effects (note text)")
  await job.enqueue({})
  work = async ({ step, signal }) => {
    await step(
      "one",
      async (transaction) => {
        await transaction.query("insert into effects values ('one')")
        await cut(signal)
      },
      { transactional: true },
    )
  }
  expect(await drainUntilCut()).toMatchObject({ checkpoints: 1 })
  expect(await database.rows("select note from effects")).toEqual([{ note: "one" }])
  expect(await savedNames(database)).toEqual([])
})

test("a step gives back the same the first time and later: its result as JSON", async () => {
  await job.enqueue({})
  const results: unknown[] = [undefined, null, false, "", { at: new Date(0), left: undefined }, [1, "ö"]]
  const seen: unknown[][] = []
  work = async ({ step, attempt }) => {
    const given = []
    for (const [place, result] of results.entries()) given.push(await step(`result ${place}`, () => result))
    seen.push(given)
    if (attempt < 3) throw new Error("again")
  }
  for (let executions = 0; executions < 3; executions++) {
    await drainOnce()
    await makeDue(database)
  }
  const expected = [undefined, null, false, "", { at: "1970-01-01T00:00:00.000Z" }, [1, "ö"]]
  expect(seen).toStrictEqual([expected, expected, expected])
})

test("progress stays through retries, and goes with the job's success or its discard", async () => {
  for (const ending of ["succeeded", "discarded"]) {
    await job.enqueue({})
    work = async ({ step, cursor, attempt }) => {
      await step(`${ending} step`, () => 1)
      await cursor(`${ending} cursor`, 1, (position) => (position < 3 ? position + 1 : undefined))
      if (ending === "discarded" || attempt === 1) throw new Error("no")
    }
    await drainOnce()
    expect((await savedNames(database)).toSorted()).toEqual([`${ending} cursor`, `${ending} step`])
    await makeDue(database)
    await drainOnce()
    await makeDue(database)
    await drainOnce()
    expect(await savedNames(database)).toEqual([])
    expect(
      await database.rows("select state from sluice.finished order by finished_at desc limit 1"),
    ).toEqual([{ state: ending }])
  }
})

test("a job keeps its own progress when others are settled with it", async () => {
  await job.enqueue({})
  await job.enqueue({})
  const performed: string[] = []
  work = async ({ step, id }) => {
    performed.push(id)
    await step("one", () => id)
    if (performed[1] === id) throw new Error("no")
  }
  expect(await drainOnce()).toMatchObject({ succeeded: 1, retried: 1 })
  expect(await database.rows("select job_id::text from sluice.progress")).toEqual([{ job_id: performed[1] }])
})
