import { createSluice, type EnqueueOptions, type EnqueueResult } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { begin, finish, jobsNamed, untilLocked } from "./racing.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test.each(["uniqueKey", "idempotencyKey"] as const)(
  "of two transactions with one %s the second waits, and is answered with the first one's job when that commits",
  async (option) => {
    const [first, second] = [await begin(database), await begin(database)]
    const stored = await sluice.enqueue("race", {}, { [option]: "commit", transaction: first })
    const answer = sluice.enqueue("race", {}, { [option]: "commit", transaction: second })
    await untilLocked(database, 1)
    await finish("commit", first)
    expect(await answer).toEqual({ ...stored, status: "deduplicated" })
    await finish("commit", second)
    expect(await jobsNamed(database, "race")).toBe(1)
    await database.pool.query("delete from sluice.jobs")
  },
)

test.each(["uniqueKey", "idempotencyKey"] as const)(
  "of two transactions with one %s the second stores its job when the first rolls back",
  async (option) => {
    const [first, second] = [await begin(database), await begin(database)]
    await sluice.enqueue("race", {}, { [option]: "rollback", transaction: first })
    const answer = sluice.enqueue("race", {}, { [option]: "rollback", transaction: second })
    await untilLocked(database, 1)
    await finish("rollback", first)
    expect(await answer).toMatchObject({ status: "enqueued" })
    await finish("commit", second)
    expect(await jobsNamed(database, "race")).toBe(1)
    await database.pool.query("delete from sluice.jobs")
  },
)

test.each(["uniqueKey", "idempotencyKey"] as const)(
  "two bulk calls that bring the same %ss in opposite orders meet without a deadlock",
  async (option) => {
    // a third transaction holds the key in the middle until both calls wait, each with all that it has taken till then
    const blocker = await begin(database)
    await sluice.enqueue("bulk", {}, { [option]: "m", transaction: blocker })
    const keys = ["a", "b", "m", "y", "z"]
    const upward = bulk(keys.map((key) => ({ [option]: key })))
    await untilLocked(database, 1)
    const downward = bulk(keys.toReversed().map((key) => ({ [option]: key })))
    await untilLocked(database, 2)
    await finish("rollback", blocker)

    const [up, down] = await Promise.all([upward, downward])
    expect(up.map(({ id }) => id)).toEqual(down.map(({ id }) => id).toReversed())
    expect(await jobsNamed(database, "bulk")).toBe(keys.length)
    await database.pool.query("delete from sluice.jobs")
  },
)

test("two bulk calls whose jobs have both kinds of key meet without a deadlock", async () => {
  const blocker = await begin(database)
  await sluice.enqueue("bulk", {}, { idempotencyKey: "both-b", transaction: blocker })
  const one = bulk([
    { idempotencyKey: "both-a", uniqueKey: "y" },
    { idempotencyKey: "both-b", uniqueKey: "x" },
  ])
  await untilLocked(database, 1)
  const other = bulk([
    { idempotencyKey: "both-c", uniqueKey: "x" },
    { idempotencyKey: "both-d", uniqueKey: "y" },
  ])
  // the second call may have gone through or wait by now: either is well, as long as both come to their end
  await Promise.race([untilLocked(database, 2), other])
  await finish("rollback", blocker)

  const [[y1, x1], [x2, y2]] = (await Promise.all([one, other])) as [EnqueueResult[], EnqueueResult[]]
  expect([x1?.id, y1?.id]).toEqual([x2?.id, y2?.id])
  expect(await jobsNamed(database, "bulk")).toBe(2)
})

function bulk(options: EnqueueOptions[]): Promise<EnqueueResult[]> {
  const results = sluice.enqueueMany(options.map((options) => ({ name: "bulk", options })))
  results.catch(() => {})
  return results
}
