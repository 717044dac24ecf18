import { setTimeout as wait } from "node:timers/promises"
import { type AnyJobDefinition, createSluice, defineJob, drain } from "@sluice/core"
import pg from "pg"

/** A drainer in its own process, because the process has to end after a job that ignores its signal. */
const url = process.env.DATABASE as string
const pool = new pg.Pool({ connectionString: url, max: 1 })
const connect = async () => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}
const unresponsive = defineJob({ name: "unresponsive", timeout: "100ms", perform: () => wait(600_000) })
const quick = defineJob({ name: "quick", perform() {} })
const sluice = createSluice({ database: pool, jobs: [unresponsive, quick] as AnyJobDefinition[] })

const beganAtMs = performance.now()
const remainingMs = () => 5_000 - (performance.now() - beganAtMs)
const summary = await drain(sluice, { connect, concurrency: 1, remainingMs })
process.send?.(summary) // then keeps running until it is killed
