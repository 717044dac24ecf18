import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

/** How often a drainer that listens looks by itself. */
const LOOK_MS = 500

test("a job that is stored before its storer can see that a drainer listens is begun at once", {
  retry: 2, // on a busy machine
}, async () => {
  const database = await createDatabase()
  let startedAtMs = 0
  const job = defineJob({
    name: "job",
    perform() {
      startedAtMs = performance.now()
    },
  })
  const { drainOnce } = drainable(database, [job])
  const stop = new AbortController()
  let listensAtMs = 0
  const drained = drainOnce({
    linger: "1h",
    signal: stop.signal,
    async connect() {
      const connection = await database.connect()
      const query = connection.query.bind(connection)
      return Object.assign(connection, {
        async query(statement: never, values: unknown[]) {
          const isListening = JSON.stringify(statement).includes(".linger(") && values[1] === true
          if (isListening && listensAtMs === 0) {
            await job.enqueue({})
            listensAtMs = performance.now()
          }
          return query(statement, values)
        },
      })
    },
  })

  await eventually(() => expect(startedAtMs).toBeGreaterThan(0))
  expect(startedAtMs - listensAtMs).toBeLessThan(LOOK_MS * 0.6)
  stop.abort()
  await drained
})
