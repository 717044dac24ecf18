import { type DrainOptions, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })
const { sluice, drainOnce } = drainable(database, [job])

test("a drain that lingers only after work ends at once if nothing is due", async () => {
  await sluice.enqueue(job, {}, { delay: "1h" })
  const { claims, summary } = await drainCounting({ linger: "1h", lingerOnlyAfterWork: true })
  expect(summary).toMatchObject({ claimed: 0, dueWork: false, lateWork: false })
  expect(claims).toBe(1)
})

test("it waits for what is due within a second", async () => {
  await sluice.enqueue(job, {}, { delay: "900ms" })
  const { summary } = await drainCounting({ linger: "10ms", lingerOnlyAfterWork: true })
  expect(summary).toMatchObject({ succeeded: 1, dueWork: false })
})

test("it lingers once it has performed a job", async () => {
  await sluice.enqueue(job, {})
  const stop = new AbortController()
  const drained = drainOnce({ linger: "1h", lingerOnlyAfterWork: true, signal: stop.signal })
  await eventually(async () =>
    expect(await database.rows("select from sluice.drainers where lingering")).toHaveLength(1),
  )
  stop.abort()
  expect(await drained).toMatchObject({ succeeded: 1 })
})

test("a job that comes between its only look and its end is left to another drain, which follows at once", async () => {
  const { summary } = await drainCounting({ linger: "200ms", lingerOnlyAfterWork: true }, "close_drainer")
  expect(summary).toMatchObject({ claimed: 0, dueWork: true, lateWork: true })
})

/** Counts the claims. A job is stored before the first statement that calls this function. */
async function drainCounting(options: Partial<DrainOptions>, storeBefore?: string) {
  let claims = 0
  const summary = await drainOnce({
    ...options,
    async connect() {
      const connection = await database.connect()
      const query = connection.query.bind(connection)
      return Object.assign(connection, {
        async query(statement: never, values: unknown[]) {
          const text = JSON.stringify(statement)
          if (text.includes(".claim(")) claims++
          if (storeBefore && text.includes(storeBefore)) await sluice.enqueue(job, {})
          return query(statement, values)
        },
      })
    },
  })
  return { claims, summary }
}
