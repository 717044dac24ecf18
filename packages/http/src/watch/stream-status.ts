import { setTimeout } from "node:timers/promises"
import type { JobStatus, Sluice } from "@sluice/core"
import type { Context } from "hono"
import { streamSSE } from "hono/streaming"
import { type JobReader, readStatus } from "./job-reader.ts"

/** API Gateway ends a request after 30 seconds. */
const LONGEST_RESPONSE_MS = 20_000
/** How often a running job's progress is read. Its end is noticed at once. */
const PROGRESS_EVERY_MS = 1_000
/** A job that was read as unfinished in spite of its end, as when it was retried at once, is read again so soon. */
const AFTER_END_MS = 200
/** How soon a browser's `EventSource` connects again. */
const RECONNECT_AFTER_MS = 250
/**
 * Server-sent events: the job as it is, unless the client has seen that, and then each change. A host that doesn't stream gets a
 * response that ends with its first event, after which the client comes again.
 */
export async function streamStatus(
  context: Context,
  { sluice, streaming }: { readonly sluice: Sluice; readonly streaming: boolean },
  reader: JobReader,
): Promise<Response> {
  const id = context.req.param("id") as string
  let last = context.req.header("last-event-id")
  const first = await readStatus(reader, id)
  return streamSSE(context, async (stream) => {
    const gone = new AbortController()
    stream.onAbort(() => gone.abort())
    await stream.write(`retry: ${RECONNECT_AFTER_MS}\n\n`)
    try {
      for await (const status of statusesOf(sluice, reader, first, gone.signal)) {
        const event = eventIdOf(status)
        if (event === last) continue
        last = event
        await stream.writeSSE({ id: event, data: JSON.stringify(await watchedJobOf(reader, status)) })
        if (!streaming) return
      }
    } finally {
      gone.abort()
    }
  })
}

/** The job now, every second, and at its end. */
async function* statusesOf(sluice: Sluice, reader: JobReader, first: JobStatus, signal: AbortSignal) {
  const { id } = first
  yield first
  const endsAtMs = Date.now() + LONGEST_RESPONSE_MS
  let hasEnded = false
  const ended = sluice
    .waitForJob(id, { timeout: `${LONGEST_RESPONSE_MS}ms`, signal })
    .catch(() => {})
    .then(() => {
      hasEnded = true
    })
  for (let status = first; status.finishedAt === null && Date.now() < endsAtMs && !signal.aborted; ) {
    const pause = setTimeout(hasEnded ? AFTER_END_MS : PROGRESS_EVERY_MS, undefined, { signal }).catch(
      () => {},
    )
    await (hasEnded ? pause : Promise.race([ended, pause]))
    if (signal.aborted) return // nobody is left to tell, and the server may be ending
    status = await readStatus(reader, id, hasEnded)
    yield status
  }
}

/** Changes with whatever a client sees of a job. */
function eventIdOf({ state, attempts, progress }: JobStatus): string {
  return [state, attempts, progress?.at.getTime() ?? 0].join(".")
}

/** What a token lets one see: neither payload nor errors. */
async function watchedJobOf(reader: JobReader, status: JobStatus) {
  const { id, name, state, attempts, progress } = status
  const result = state === "succeeded" ? ((await reader.result(id)) ?? null) : null
  return {
    id,
    name,
    state,
    attempts,
    progress: progress && { percent: progress.percent, text: progress.text },
    result,
    isFinished: status.finishedAt !== null,
  }
}
