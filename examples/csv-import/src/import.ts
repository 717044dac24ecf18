import { setTimeout as wait } from "node:timers/promises"
import { importCustomers } from "./jobs.ts"
import { pool, sluice } from "./queue.ts"

const { id } = await importCustomers.enqueue({ path: process.argv[2] ?? "customers.csv" })
for (;;) {
  const job = await sluice.getJob(id)
  if (!job) break
  console.log(job.state, job.progress ? `${job.progress.percent.toFixed(0)} %, ${job.progress.text}` : "")
  if (job.state === "succeeded" || job.state === "discarded") break
  await wait(250)
}
await pool.end()
