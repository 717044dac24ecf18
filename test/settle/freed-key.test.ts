import { createSluice } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openSession } from "./session.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
afterEach(() =>
  database.pool.query("delete from sluice.jobs; delete from sluice.claims; delete from sluice.permits"),
)

const failure = { error_class: "Error", error_message: "failed" }

test.each<[outcome: string, details: object]>([
  ["succeeded", {}],
  ["discarded", failure],
  ["retried", { wait_ms: 60_000, ...failure }],
  ["snoozed", { wait_ms: 60_000, charges_attempt: false }],
])(
  "a settle of %s frees the job's place under its concurrency key, and wakes the next that waits",
  async (outcome, details) => {
    const options = { concurrencyKey: "shop-1", concurrencyLimit: 2 }
    const stored = await sluice.enqueueMany(Array.from({ length: 5 }, () => ({ name: "any", options })))
    const session = await openSession(database)
    const [first, second, ...waiting] = stored.map(({ id }) => id) as [string, string, ...string[]]
    expect((await session.claim("any")).map(({ id }) => id)).toEqual([first, second])
    expect(await holders()).toEqual([first, second])

    await session.settle({ id: first, fence: 0, outcome, ...details })

    expect(await holders()).toEqual([second])
    expect(await statesOf(waiting)).toEqual(["ready", "blocked", "blocked"])
    await session.end()
  },
)

async function holders(): Promise<string[]> {
  return (await database.rows("select job_id::text as id from sluice.permits order by job_id")).map(
    ({ id }) => id,
  )
}

async function statesOf(ids: string[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => (await sluice.getJob(id))?.state as string))
}
