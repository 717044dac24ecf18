import { type Connection, createSluice, defineJob, start } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()

test("when the share of connections can't be read for a moment, no transactional job is charged and later ones run", async () => {
  const effect = defineJob({ name: "effect", transactional: true, maxAttempts: 1, perform() {} })
  const sluice = createSluice({ database: database.pool, jobs: [effect] })
  let canceled = 0

  /** The server cancels the first statement that asks for the share. */
  const connect = async (): Promise<Connection> => {
    const connection = await database.connect()
    const query = connection.query.bind(connection) as (...parameters: unknown[]) => Promise<unknown>
    const once = (statement: unknown, ...values: unknown[]) => {
      if (canceled > 0 || !JSON.stringify(statement).includes("connection_budget("))
        return query(statement, ...values)
      canceled++
      return query("select pg_cancel_backend(pg_backend_pid()), pg_sleep(1)")
    }
    return Object.assign(connection, { query: once }) as Connection
  }

  const worker = start(sluice, { connect })
  const first = await effect.enqueue({})
  await eventually(async () =>
    expect(await sluice.getJob(first.id)).toMatchObject({ state: "succeeded", errors: [] }),
  )
  const second = await effect.enqueue({})
  await eventually(async () =>
    expect(await sluice.getJob(second.id)).toMatchObject({ state: "succeeded", errors: [] }),
  )
  expect(canceled).toBe(1)
  await worker.stop()
})
