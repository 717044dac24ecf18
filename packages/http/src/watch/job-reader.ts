import type { JobStatus, Sluice } from "@sluice/core"
import { refuse } from "../messages/problem.ts"

/** How long what was read for one watcher is good for the others. */
const SHARED_FOR_MS = 500

/**
 * Reads jobs for all who watch them: one token may be used by any number of browsers, and if each of them caused queries of its own,
 * they would keep everybody else from the database.
 */
export interface JobReader {
  /** @param hasEnded Whether the job is known to have ended: then it is read anew, once for all who know. */
  status(id: string, hasEnded: boolean): Promise<JobStatus | undefined>
  /** Of a job that has succeeded. */
  result(id: string): Promise<unknown>
}

export function createReader(sluice: Sluice): JobReader {
  const current = share((id) => sluice.getJobStatus(id))
  const last = share((id) => sluice.getJobStatus(id))
  const result = share(async (id) => (await sluice.getJob(id))?.result)
  return { status: (id, hasEnded) => (hasEnded ? last(id) : current(id)), result }
}

function share<Value>(read: (id: string) => Promise<Value>): (id: string) => Promise<Value> {
  const reads = new Map<string, { readonly atMs: number; readonly value: Promise<Value> }>()
  return (id) => {
    const there = reads.get(id)
    if (there && performance.now() - there.atMs < SHARED_FOR_MS) return there.value
    const reading = { atMs: performance.now(), value: read(id) }
    reads.set(id, reading)
    const forget = () => void (reads.get(id) === reading && reads.delete(id))
    reading.value.then(() => setTimeout(forget, SHARED_FOR_MS).unref(), forget)
    return reading.value
  }
}

/** The same as `status`, of a job that there must be. */
export async function readStatus(reader: JobReader, id: string, hasEnded = false): Promise<JobStatus> {
  const status = await reader.status(id, hasEnded)
  return status ?? refuse({ status: 404, code: "job_not_found", detail: `No job has the id ${id}` })
}
