import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

/** How often a drainer that listens looks by itself. */
const LOOK_MS = 500

test("a drainer to which jobs come looks for more by itself, and is notified again once none come", async () => {
  const { lingers, job, sluice, end } = await lingering()
  await eventually(() => expect(lingers).toEqual([true]))
  await sluice.enqueue(job, {})
  await eventually(() => expect(lingers).toEqual([true, false, true]))
  await end()
})

test("a notification that comes before the answer to a look that is too early for its job is heeded", {
  retry: 2, // on a busy machine
}, async () => {
  let storedAtMs = 0
  const { startedAtMs, end } = await lingering({
    async afterClaim({ job, lingers, notified }) {
      if (lingers.length === 0 || storedAtMs > 0) return
      storedAtMs = performance.now()
      const heard = notified()
      await job.enqueue({})
      await heard
      storedAtMs = performance.now()
    },
  })
  await eventually(() => expect(startedAtMs()).toBeGreaterThan(0))
  expect(startedAtMs() - storedAtMs).toBeLessThan(LOOK_MS * 0.6)
  await end()
})

/** Where a drainer is that waits for work. */
interface At {
  readonly job: { enqueue(payload: object): Promise<unknown> }
  readonly lingers: readonly boolean[]
  /** Resolves with the next notification. */
  notified(): Promise<void>
}

/** A drainer that waits for work, and its calls of `linger`. */
async function lingering({ afterClaim }: { afterClaim?: (at: At) => Promise<void> } = {}) {
  const database = await createDatabase()
  const lingers: boolean[] = []
  let startedAtMs = 0
  const job = defineJob({
    name: "job",
    perform() {
      startedAtMs = performance.now()
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  const stop = new AbortController()
  const drained = drainOnce({
    linger: "1h",
    signal: stop.signal,
    async connect() {
      const connection = await database.connect()
      const query = connection.query.bind(connection)
      const notified = () => new Promise<void>((resolve) => connection.on("notification", () => resolve()))
      return Object.assign(connection, {
        async query(statement: never, values: unknown[]) {
          const text = JSON.stringify(statement)
          if (text.includes(".linger(")) lingers.push(values[1] as boolean)
          const answer = await query(statement, values)
          if (text.includes(".claim(")) await afterClaim?.({ job, lingers, notified })
          return answer
        },
      })
    },
  })
  const end = async () => {
    stop.abort()
    await drained
  }
  return { lingers, job, sluice, startedAtMs: () => startedAtMs, end }
}
