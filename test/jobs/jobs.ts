import { createSluice, drain, type EnqueueOptions, type JobSnapshot, type Sluice } from "@sluice/core"
import { jobs } from "../../functions/jobs/index.ts"
import { createDatabase } from "../support/database.ts"

/** The definitions of functions/jobs on a database of this file's own. Called at the top of the file. */
export async function useJobs() {
  const { pool, rows, connect, url: databaseUrl } = await createDatabase()
  const sluice: Sluice = createSluice({ database: pool, jobs })
  const drainOnce = () => drain(sluice, { connect })

  async function enqueue(name: string, payload: unknown, options?: EnqueueOptions): Promise<string> {
    const [result] = await sluice.enqueueMany([{ name, payload, ...(options && { options }) }])
    return result?.id as string
  }
  const read = async (id: string) => (await sluice.getJob(id)) as JobSnapshot

  /** Enqueues one job, drains once, and tells how the job stands then. */
  async function perform(name: string, payload: unknown, options?: EnqueueOptions): Promise<JobSnapshot> {
    const id = await enqueue(name, payload, options)
    await drainOnce()
    return read(id)
  }
  return { sluice, pool, databaseUrl, rows, drain: drainOnce, enqueue, read, perform }
}
