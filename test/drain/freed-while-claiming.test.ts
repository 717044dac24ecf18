import { type Connection, createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()

test("a drain continues with the jobs of a concurrency key that is freed while the drain looks for work", async () => {
  let end = () => {}
  let isRunning = false
  const holder = defineJob({
    name: "holder",
    async perform() {
      isRunning = true
      await new Promise<void>((resolve) => {
        end = resolve
      })
      isRunning = false
    },
  })
  const follower = defineJob({ name: "follower", perform() {} })
  const sluice = createSluice({ database: database.pool, jobs: [holder, follower] })
  await holder.enqueue({}, { concurrencyKey: "key" })
  await follower.enqueue({}, { concurrencyKey: "key" })

  /** The holder ends after the server has answered a look for work, and before the drain reads the answer. */
  const connect = async (): Promise<Connection> => {
    const connection = await database.connect()
    const query = connection.query.bind(connection) as (...parameters: unknown[]) => Promise<unknown>
    const delayed = async (...parameters: unknown[]) => {
      const answer = await query(...parameters)
      if (isRunning && isClaim(parameters[0])) {
        end()
        await new Promise((resolve) => setImmediate(resolve))
      }
      return answer
    }
    return Object.assign(connection, { query: delayed }) as Connection
  }

  const summary = await drain(sluice, { connect })
  expect(summary).toMatchObject({ succeeded: 2, dueWork: false })
})

function isClaim(statement: unknown): boolean {
  const text = typeof statement === "string" ? statement : (statement as { text: string }).text
  return text.includes(".claim(")
}
