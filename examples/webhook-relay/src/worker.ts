import { start } from "@sluice/core"
import { createConnect } from "@sluice/core/pg"
import { pool, sluice, url } from "./queue.ts"

const worker = start(sluice, { connect: createConnect(url), log: console })
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => worker.stop())
await worker.ended
await pool.end()
