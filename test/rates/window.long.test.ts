import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const WINDOW_MS = 1_000

test.each([
  ["all at once", {}],
  ["evenly, behind a small burst", { burst: 2 }],
])(
  "drainers together start no more jobs of a key in any window than its rate allows, %s",
  async (_, burst) => {
    const { enqueue, drainAll, startsAtMs } = setUp(await createDatabase(), {
      limit: 20,
      per: "1s",
      ...burst,
    })
    await enqueue(90)

    await drainAll(4, 90)
    expect(mostInAWindow(startsAtMs)).toBeLessThanOrEqual(20)
  },
)

function setUp(
  database: Awaited<ReturnType<typeof createDatabase>>,
  rate: { limit: number; per: "1s"; burst?: number },
) {
  const startsAtMs: number[] = []
  const job = defineJob({
    name: "call",
    rate,
    perform() {
      startsAtMs.push(performance.now())
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  return {
    startsAtMs,
    enqueue: (count: number) =>
      sluice.enqueueMany(Array.from({ length: count }, () => ({ name: "call", payload: {} }))),
    async drainAll(drainers: number, count: number) {
      const stop = new AbortController()
      const drains = Array.from({ length: drainers }, () => drainOnce({ linger: "1m", signal: stop.signal }))
      await eventually(() => expect(startsAtMs).toHaveLength(count), 30_000)
      stop.abort()
      await Promise.all(drains)
    },
  }
}

function mostInAWindow(startsAtMs: readonly number[]): number {
  const sorted = startsAtMs.toSorted((one, other) => one - other)
  return Math.max(...sorted.map((from) => sorted.filter((at) => at >= from && at < from + WINDOW_MS).length))
}
