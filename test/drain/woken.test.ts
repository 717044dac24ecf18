import { defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const performed: string[] = []
const job = defineJob({ name: "job", perform: ({ label }: { label: string }) => void performed.push(label) })
const { sluice, drainOnce } = drainable(database, [job])
afterEach(() => performed.splice(0))

test("a drain that an enqueue woke begins with what is ready, and goes on with what is due by its second claim", async () => {
  await storeDueThenReady()
  const { claims, summary } = await drainCounting({ linger: "1ms" })
  expect(performed).toEqual(["ready", "due"])
  expect(claims.slice(0, 2)).toEqual(["without a look", "with a look"])
  expect(summary).toMatchObject({ succeeded: 2, dueWork: false })
})

test.each([{}, { linger: "1ms", lingerOnlyAfterWork: true }] as const)(
  "a drain that runs on a schedule looks for what is due with its first claim: %j",
  async (options) => {
    await storeDueThenReady()
    const { claims } = await drainCounting(options)
    expect(performed).toEqual(["due", "ready"])
    expect(claims[0]).toBe("with a look")
  },
)

test("a drain asks for maintenance once its first jobs are claimed, and ends only when that is done", async () => {
  await database.rows("update sluice.maintenance_steps set next_at = now() - interval '1 second'")
  await sluice.enqueue("job", { label: "ready" })
  const { called, summary } = await drainCounting({ linger: "1ms" })
  expect(summary).toMatchObject({ succeeded: 1 })
  expect(called.indexOf("claim")).toBeLessThan(called.indexOf("run_maintenance"))
  expect(called.lastIndexOf("run_maintenance")).toBeLessThan(called.indexOf("close_drainer"))
  expect(await database.rows("select from sluice.maintenance_steps where next_at <= now()")).toEqual([])
})

async function storeDueThenReady() {
  const due = await sluice.enqueue("job", { label: "due" }, { delay: "1h" })
  await sluice.enqueue("job", { label: "ready" })
  await database.rows("update sluice.jobs set run_at = now() - interval '1 minute' where id = $1", [due.id])
}

/** One job at a time. Tells which functions it called, and how its claims looked. */
async function drainCounting(options: Parameters<typeof drainOnce>[0]) {
  const called: string[] = []
  const claims: string[] = []
  const summary = await drainOnce({
    ...options,
    concurrency: 1,
    async connect(how) {
      const connection = await database.connect(how)
      const query = connection.query.bind(connection)
      return Object.assign(connection, {
        async query(statement: { text: string }, values: unknown[]) {
          const name = /"?sluice"?\.(\w+)\(/.exec(statement.text)?.[1] ?? ""
          called.push(name)
          const answer = await query(statement as never, values)
          if (name === "claim")
            claims.push(answer.rows[0].answer.from_start ? "with a look" : "without a look")
          return answer
        },
      }) as never
    },
  })
  return { called, claims, summary }
}
