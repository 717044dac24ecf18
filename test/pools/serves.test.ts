import { type DrainOptions, defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const performed: string[] = []
const perform = (_: unknown, { queue, name }: { queue: string; name: string }) =>
  void performed.push(`${queue} ${name}`)
let release: (() => void) | undefined
const encode = defineJob({ name: "encode", queue: "heavy", perform })
const mail = defineJob({ name: "mail", perform })
const hold = defineJob({
  name: "hold",
  queue: "heavy",
  perform: () => new Promise<void>((resolve) => (release = resolve)),
})
const { sluice, drainOnce } = drainable(database, [encode, mail, hold])

beforeEach(async () => {
  performed.length = 0
  release = undefined
  await database.pool.query("truncate sluice.jobs, sluice.pooled_queues")
})

test.each<[string, Partial<DrainOptions>, string[]]>([
  ["some queues", { queues: ["mail", "heavy"] }, ["heavy encode", "mail mail"]],
  ["all but some queues", { except: ["heavy"] }, ["default mail", "mail mail"]],
  ["some names", { names: ["mail"] }, ["default mail", "mail mail"]],
  ["a name in a queue", { names: ["mail"], queues: ["mail"] }, ["mail mail"]],
])("a drainer for %s performs those jobs and leaves the others", async (_, options, expected) => {
  await encode.enqueue({})
  await mail.enqueue({})
  await mail.enqueue({}, { queue: "mail" })
  expect(await drainOnce(options)).toMatchObject({ succeeded: expected.length, dueWork: false })
  expect(performed.toSorted()).toEqual(expected)
  expect(await drainOnce()).toMatchObject({ succeeded: 3 - expected.length })
})

test("a pool performs scheduled jobs of its own once they are due, and of a paused queue none", async () => {
  await encode.enqueue({}, { delay: "1h" })
  await mail.enqueue({}, { delay: "1h" })
  expect((await drainOnce({ queues: ["other"] })).nextDueInMs).toBe(undefined)
  await database.pool.query("update sluice.jobs set run_at = now() - interval '1 second'")
  expect(await drainOnce({ except: ["heavy"] })).toMatchObject({ succeeded: 1, dueWork: false })
  await sluice.pauseQueue("heavy")
  await database.pool.query(
    "insert into sluice.jobs (name, queue, state) values ('encode', 'heavy', 'ready')",
  )
  expect(await drainOnce({ queues: ["heavy"] })).toMatchObject({ claimed: 0, dueWork: false })
  await sluice.resumeQueue("heavy")
  expect(await drainOnce({ queues: ["heavy"] })).toMatchObject({ succeeded: 2 })
})

test("a pool that is full keeps out no other, and none of its own more than maxDrainers work", async () => {
  await hold.enqueue({})
  const heavy = drainOnce({ queues: ["heavy"], maxDrainers: 1 })
  await eventually(() => expect(release).toBeDefined())
  await mail.enqueue({})
  expect(await drainOnce({ queues: ["heavy"], maxDrainers: 1 })).toMatchObject({ slot: undefined })
  expect(await drainOnce({ except: ["heavy"], maxDrainers: 1 })).toMatchObject({ slot: 1, succeeded: 1 })
  release?.()
  expect(await heavy).toMatchObject({ slot: 1, succeeded: 1 })
  expect(await drainOnce({ queues: ["heavy"], maxDrainers: 1 }), "the slot is free again").toMatchObject({
    slot: 1,
  })
})

test("jobs that take turns are performed by their pool, and don't keep another at work", async () => {
  await encode.enqueue({}, { fairKey: "a" })
  await mail.enqueue({}, { fairKey: "a" })
  expect(await drainOnce({ queues: ["heavy"] })).toMatchObject({ succeeded: 1, dueWork: false })
  expect(performed).toEqual(["heavy encode"])
  expect(await drainOnce({ except: ["heavy"] })).toMatchObject({ succeeded: 1, dueWork: false })
})

test("jobs that take turns are found behind the keys of another pool, however many these are", async () => {
  const heavy = Array.from({ length: 50 }, (_, n) => ({
    name: "encode",
    payload: {},
    options: { fairKey: `a${n}` },
  }))
  await sluice.enqueueMany(heavy)
  await mail.enqueue({}, { fairKey: "b" })
  expect(await drainOnce({ except: ["heavy"], concurrency: 5 })).toMatchObject({
    succeeded: 1,
    dueWork: false,
  })
})

test("suspects run in their pool, also while another pool runs some of its own", async () => {
  await database.pool.query(
    "insert into sluice.jobs (name, queue, state, suspect_group) values ('hold', 'heavy', 'suspect', 1), ('mail', 'default', 'suspect', 1)",
  )
  const heavy = drainOnce({ queues: ["heavy"] })
  await eventually(() => expect(release).toBeDefined())
  expect(await drainOnce({ except: ["heavy"] })).toMatchObject({ succeeded: 1 })
  release?.()
  expect(await heavy).toMatchObject({ succeeded: 1 })
})

test("a queue that no pool serves is known as such, until a drainer serves it", async () => {
  const unserved = "select queue from sluice.pooled_queues where seen_at = '-infinity' order by 1"
  await drainOnce()
  expect(await database.rows("select from sluice.pooled_queues"), "without pools nothing is noted").toEqual(
    [],
  )
  await drainOnce({ queues: ["mail"] })
  expect(await database.rows(unserved), "all that no pool names").toEqual([{ queue: "" }])
  await drainOnce({ except: ["heavy"] })
  expect(await database.rows(unserved)).toEqual([{ queue: "heavy" }])
  await drainOnce()
  expect(await database.rows(unserved)).toEqual([])
})
