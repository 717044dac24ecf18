// The functions of a chaos run, bundled and run by the local host.
import { setTimeout as wait } from "node:timers/promises"
import { createConnect, createDrainHandler, createPool } from "../../packages/aws/src/index.ts"
import { createSluice, defineJob } from "../../packages/core/src/index.ts"

const url = new URL(process.env.DATABASE_URL as string)
const pool = createPool(url.href)
// so that the database can tell which process's session lives
url.searchParams.set("application_name", `drainer-${process.pid}`)

/** Takes its time, and now and then fails. Says before it begins whether another live session performs the same job. */
const work = defineJob({
  name: "work",
  backoff: { base: "200ms", max: "1s" },
  timeout: "2s",
  maxAttempts: 1_000,
  maxInterruptions: 1_000,
  concurrency: { key: ({ key }: { ms: number; key: string; failing: number }) => key, limit: 3 },
  async perform({ ms, failing }, { id, attempt, signal }) {
    await pool.query("select begin_execution($1, $2)", [id, process.pid])
    try {
      await wait(ms, undefined, { signal })
      if (attempt <= failing) throw new Error("as ordered")
    } finally {
      await pool.query("select end_execution($1, $2)", [id, process.pid])
    }
  },
})

export const drain = createDrainHandler({
  sluice: createSluice({ database: pool, jobs: [work] }),
  connect: createConnect(url.href),
  concurrency: 10,
  maxDrainers: Number(process.env.MAX_DRAINERS),
  silence: "3s",
})
