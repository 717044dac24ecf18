import { protocolCall } from "../database/protocol-call.ts"
import { JobExpiredError } from "../errors.ts"
import type { PerformedJob } from "../job/hooks.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"

/** Cancels a set of expired jobs and tells the hooks of those that have some. Returns whether there may be more. */
export async function expireJobs(drainer: Drainer): Promise<boolean> {
  const { definitions, schema, settledHooks, query } = drainer
  await settledHooks?.untilRoom()
  const names = settledHooks ? [...definitions.keys()] : []
  const { text, values } = protocolCall(schema, "expire_jobs", { p_names: names })
  try {
    const [row] = await timed(drainer, "claim", query(`select * from ${text}`, values))
    for (const job of row.jobs as ExpiredRow[]) tellDiscard(drainer, job)
    return row.canceled > 0
  } catch (error) {
    drainer.lost.throwIfAborted()
    drainer.log.warn("Expired jobs could not be canceled; the next look tries again", {
      error: String(error),
    })
    return false
  }
}

type ExpiredRow = [
  id: number,
  name: string,
  queue: string,
  payload: unknown,
  enqueuedAt: string,
  expiresAt: string,
  tags: string[] | null,
  metadata: Record<string, unknown> | null,
  correlationId: string | null,
]

function tellDiscard({ settledHooks }: Drainer, row: ExpiredRow): void {
  const [id, name, queue, payload, enqueuedAt, expiresAt, tags, metadata, correlationId] = row
  const job: PerformedJob = {
    id: String(id),
    name,
    queue,
    payload: payload as never,
    attempt: 0,
    enqueuedAt: new Date(enqueuedAt),
    tags: tags ?? [],
    metadata: metadata ?? {},
  }
  const message = `The job ${JSON.stringify(name)} with the id ${id} had not begun by ${new Date(expiresAt).toISOString()}`
  settledHooks?.discarded(job, new JobExpiredError("job_expired", message), correlationId ?? undefined)
}
