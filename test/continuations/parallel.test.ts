import { defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { cuttable, makeDue, savedNames } from "./cuts.ts"

const database = await createDatabase()
await database.pool.query("create table effects (note text)")
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress"))

let work: (context: JobContext) => Promise<unknown>
const job = defineJob({
  name: "job",
  backoff: { base: "1h" },
  perform: (_payload: unknown, context) => work(context),
})
const { drainOnce, drainUntilCut, cut } = cuttable(database, [job])

test("steps that run at once are each saved; when one fails the others are awaited, and only that one is run again", async () => {
  await job.enqueue({})
  const ran: string[] = []
  const failed = Promise.withResolvers<void>()
  work = ({ step, attempt }) =>
    Promise.all([
      step("fails", async () => {
        ran.push("fails")
        if (attempt > 1) return
        failed.resolve()
        throw new Error("no")
      }),
      step("slow", async () => {
        await failed.promise
        await database.pool.query("select pg_sleep(0.05)")
        ran.push("slow")
      }),
    ])
  expect(await drainOnce()).toMatchObject({ retried: 1, checkpoints: 1 })
  expect(await savedNames(database)).toEqual(["slow"])
  await makeDue(database)
  expect(await drainOnce()).toMatchObject({ succeeded: 1, checkpoints: 1 })
  expect(ran.toSorted()).toEqual(["fails", "fails", "slow"])
})

test("transactional steps at once have a transaction each", async () => {
  await job.enqueue({})
  work = ({ step }) =>
    Promise.all(
      Array.from({ length: 8 }, (_, place) =>
        step(
          `step ${place}`,
          async (transaction) => {
            await transaction.query("insert into effects values ($1)", [place])
            const { rows } = await transaction.query("select pg_current_xact_id()::xid::text as xid")
            return rows[0].xid
          },
          { transactional: true },
        ),
      ),
    )
  expect(await drainOnce()).toMatchObject({ succeeded: 1, checkpoints: 8 })
  expect(
    await database.rows("select count(*)::int, count(distinct xmin::text)::int as xids from effects"),
  ).toEqual([{ count: 8, xids: 8 }])
})

test("when perform has failed, a cursor beside it stops at its next position", async () => {
  await job.enqueue({})
  const began = Promise.withResolvers<void>()
  const positions: number[] = []
  work = ({ step, cursor, attempt }) =>
    Promise.all([
      cursor("endless", 1, async (position) => {
        positions.push(position)
        if (attempt > 1) return
        began.resolve()
        await database.pool.query("select 1")
        return position + 1
      }),
      step("fails", async () => {
        await began.promise
        if (attempt === 1) throw new Error("no")
      }),
    ])
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  await makeDue(database)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(positions).toEqual(positions.map((_, place) => place + 1))
})

test("sleeps at once are one: the longest", async () => {
  await job.enqueue({})
  work = ({ sleep }) => Promise.all([sleep("short", "1h"), sleep("long", "1d")])
  expect(await drainOnce()).toMatchObject({ snoozed: 1, checkpoints: 2 })
  await database.pool.query("update sluice.progress set until_at = until_at - interval '1 hour'")
  await makeDue(database)
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await database.pool.query("update sluice.progress set until_at = until_at - interval '23 hours'")
  await makeDue(database)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("a step that nobody awaits belongs to the execution all the same", async () => {
  await job.enqueue({})
  work = async ({ step }) => {
    void step("left alone", () => database.pool.query("select pg_sleep(0.05)").then(() => "done"))
  }
  expect(await drainOnce()).toMatchObject({ succeeded: 1, checkpoints: 1 })
})

test("at the deadline those under way are saved, and those not begun are left to the next execution", async () => {
  await job.enqueue({})
  const ran: string[] = []
  const chain = async ({ step, signal }: JobContext, name: string) => {
    await step(`${name} 1`, async () => {
      ran.push(`${name} 1`)
      if (ran.length === 2) void cut(signal)
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
    })
    await step(`${name} 2`, () => void ran.push(`${name} 2`))
  }
  work = (context) => Promise.all([chain(context, "a"), chain(context, "b")])
  expect(await drainUntilCut()).toMatchObject({ snoozed: 1, checkpoints: 2 })
  expect(ran.toSorted()).toEqual(["a 1", "b 1"])
  expect(await drainOnce()).toMatchObject({ succeeded: 1, checkpoints: 2 })
  expect(ran.toSorted()).toEqual(["a 1", "a 2", "b 1", "b 2"])
})
