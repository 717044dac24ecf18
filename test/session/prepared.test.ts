import { type Connection, defineJob, PoolerError } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// A drainer's session sends the same claim and the same settle again and again.
const database = await createDatabase()
const noop = defineJob({ name: "noop", perform() {} })
const failing = defineJob({
  name: "failing",
  perform() {
    throw new Error("no")
  },
})
const { drainOnce, sluice } = drainable(database, [noop, failing])

test("the server parses the claim and the settle of a session once", async () => {
  await sluice.enqueueMany(Array.from({ length: 60 }, () => ({ name: "noop" })))
  const { connection, connect, end } = await connectOnce()

  const summary = await drainOnce({ connect, concurrency: 1 })

  expect(summary.succeeded).toBe(60)
  const { rows } = await connection.query(
    `select substring(statement from 'sluice\\.(\\w+)') as called, generic_plans + custom_plans as calls
     from pg_prepared_statements where not from_sql order by 1`,
  )
  expect(rows.map(({ called }) => called)).toEqual(["claim", "settle_succeeded"])
  expect(Math.min(...rows.map(({ calls }) => Number(calls)))).toBeGreaterThan(1)
  await end()
})

test("a session on the backend of an earlier one, as behind a session pooler, has other names for its statements", async () => {
  const { connect, end } = await connectOnce()
  await sluice.enqueue("noop", {})
  await drainOnce({ connect })
  await sluice.enqueue("failing", {}, { maxAttempts: 1 })

  const summary = await drainOnce({ connect })

  expect(summary.discarded).toBe(1)
  await end()
})

test("a session whose statements somebody has deallocated sends them whole", async () => {
  const { connection, connect, end } = await connectOnce()
  const deallocating = defineJob({
    name: "deallocating",
    perform: () => void connection.query("deallocate all"),
  })
  const other = drainable(database, [deallocating, noop])
  await other.sluice.enqueue("deallocating", {}, { priority: -1 })
  await other.sluice.enqueueMany(Array.from({ length: 40 }, () => ({ name: "noop" })))

  const summary = await other.drainOnce({ connect, concurrency: 1 })

  expect(summary).toMatchObject({ succeeded: 41, interrupted: 0 })
  await end()
})

test("a session that a pooler moves to a backend without its statements says that it was moved", async () => {
  const { connection, connect, end } = await connectOnce()
  const other = await connectOnce()
  await sluice.enqueueMany(Array.from({ length: 40 }, () => ({ name: "noop" })))
  let claims = 0

  const drained = drainOnce({
    concurrency: 1,
    connect: async () => ({
      ...(await connect()),
      query(text, values) {
        const { text: sent, name } = text as unknown as { text: string; name?: string }
        if (/\.claim\(/.test(sent)) claims++
        return claims < 3
          ? connection.query(text, values)
          : other.connection.query(asParsed(other, name, text), values)
      },
    }),
  })

  await expect(drained).rejects.toThrow(PoolerError)
  await Promise.all([end(), other.end()])
})

/** What the driver believes of a statement that it has had parsed by the backend before. */
function asParsed(
  { connection }: { connection: Connection },
  name: string | undefined,
  text: string,
): string {
  const { text: sent } = text as unknown as { text: string }
  const { parsedStatements } = (
    connection as unknown as { connection: { parsedStatements: Record<string, string> } }
  ).connection
  if (name !== undefined) parsedStatements[name] = sent
  return text
}

/** A connection that outlives the drains that end it, each of which gets an object of its own. */
async function connectOnce() {
  const connection: Connection = await database.connect({ pipeline: true })
  const connect = async (): Promise<Connection> => ({
    processID: connection.processID ?? null,
    query: (text, values) => connection.query(text, values),
    on: (...listener: [never, never]) => connection.on(...listener),
    async end() {},
  })
  return { connection, connect, end: () => connection.end() }
}
