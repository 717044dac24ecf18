import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a drain closes also when its last look is refused a lock after the jobs it held were unlocked", async () => {
  const database = await createDatabase()
  const stop = new AbortController()
  const job = defineJob({
    name: "job",
    perform(_payload, { signal }) {
      stop.abort()
      return wait(60_000, undefined, { signal })
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueue("job", {})

  const terminal = await database.connect()
  let closes = 0
  const summary = await drainOnce({
    signal: stop.signal,
    sessionTimeout: "2s",
    async connect() {
      const connection = await database.connect()
      const query = connection.query.bind(connection)
      return Object.assign(connection, {
        async query(statement: string | { text: string }, values: unknown[]) {
          const text = typeof statement === "string" ? statement : statement.text
          if (!text.includes("close_drainer")) return query(statement as string, values)
          if (++closes === 1) await terminal.query("begin; lock table sluice.jobs in access exclusive mode")
          else await terminal.query("commit")
          return query(statement as string, values)
        },
      })
    },
  })
  expect({ closes, ...summary }).toMatchObject({ closes: 2, snoozed: 1, dueWork: true })
  await terminal.end()
})
