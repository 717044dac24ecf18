import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a drain continues with the job that its last outcome frees, even if that arrives while it looks for work", async () => {
  const database = await createDatabase()
  let end = () => {}
  const mayEnd = new Promise<void>((resolve) => {
    end = resolve
  })
  const job = defineJob({ name: "job", perform: () => mayEnd })
  const { sluice, drainOnce } = drainable(database, [job])
  const options = { concurrencyKey: "one" }
  await sluice.enqueueMany([
    { name: "job", options },
    { name: "job", options },
  ])

  let claims = 0
  const summary = await drainOnce({
    async connect() {
      const connection = await database.connect()
      const query = connection.query.bind(connection)
      return Object.assign(connection, {
        async query(statement: string | { text: string }, values: unknown[]) {
          const text = typeof statement === "string" ? statement : statement.text
          const answer = await query(statement as string, values)
          if (text.includes(".claim(") && ++claims === 2) {
            // the second look has found nothing, and before it is told so the job ends
            end()
            await new Promise((resolve) => setTimeout(resolve, 50))
          }
          return answer
        },
      })
    },
  })
  expect(summary).toMatchObject({ succeeded: 2, dueWork: false })
})
