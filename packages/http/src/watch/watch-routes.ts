import { setTimeout } from "node:timers/promises"
import type { JobStatus, Sluice } from "@sluice/core"
import type { Context, Hono, MiddlewareHandler } from "hono"
import { streamSSE } from "hono/streaming"
import { bearerToken } from "../api/authorize.ts"
import { operation, type Route, route } from "../api/operation.ts"
import { refuse } from "../messages/problem.ts"
import { createReader, type JobReader } from "./job-reader.ts"
import { isJobToken, type JobTokens } from "./job-token.ts"

export interface WatchRoutesOptions {
  readonly sluice: Sluice
  readonly tokens: JobTokens
  /** Whether the host sends a response while it is being written. */
  readonly streaming: boolean
}

/** API Gateway ends a request after 30 seconds. */
const LONGEST_RESPONSE_MS = 20_000
/** How often a running job's progress is read. Its end is noticed at once. */
const PROGRESS_EVERY_MS = 1_000
/** A job that was read as unfinished in spite of its end, as when it was retried at once, is read again so soon. */
const AFTER_END_MS = 200
/** How soon a browser's `EventSource` connects again. */
const RECONNECT_AFTER_MS = 250

export const watchJob = operation({
  method: "GET",
  path: "/v1/jobs/:id/events",
  role: "reader",
  query: { token: "text" },
})

export const createJobToken = operation({
  method: "POST",
  path: "/v1/jobs/:id/token",
  role: "reader",
  body: { keys: ["expiresIn"], isOptional: true },
})

/** Lets browsers watch one job by a token. To be called before what requires a key. */
export function acceptJobTokens(app: Hono, options: WatchRoutesOptions): void {
  const reader = createReader(options.sluice)
  app.use("/v1/jobs/:id/events", allowAnyOrigin, (context, next) => {
    const token = tokenOf(context)
    if (token === undefined || !["GET", "HEAD"].includes(context.req.method)) return next() // to where a key is required
    if (!options.tokens.verify(token, context.req.param("id") as string, new Date())) refuseToken()
    return watch(context, options, reader)
  })
}

function refuseToken(): never {
  return refuse({
    status: 401,
    code: "wrong_token",
    detail: "The token is wrong, for another job, or has expired: get a new one",
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  })
}

/** For callers with a key: to watch as well, and to make tokens. */
export function watchRoutes(options: WatchRoutesOptions): Route[] {
  const reader = createReader(options.sluice)
  return [
    route(watchJob, ({ context }) => watch(context, options, reader)),
    route(createJobToken, async ({ params: { id }, body, context }) => {
      const make = options.tokens.lasting(body.expiresIn ?? "1h", "expiresIn")
      await readStatus(reader, id)
      return context.json(make(id), 201)
    }),
  ]
}

/** Only `EventSource` needs it in the query: it can't send headers. */
function tokenOf({ req }: Context): string | undefined {
  const token = req.query("token") ?? bearerToken(req.header("authorization"))
  return token !== undefined && (isJobToken(token) || req.query("token") !== undefined) ? token : undefined
}

/** A token is sent by script, never by the browser on its own, so any page may use one that it has. */
const allowAnyOrigin: MiddlewareHandler = async (context, next) => {
  if (context.req.method !== "OPTIONS") {
    await next()
    context.header("access-control-allow-origin", "*") // of refusals too
    return
  }
  context.header("access-control-allow-origin", "*")
  context.header("allow", "GET, HEAD, OPTIONS")
  context.header("access-control-allow-methods", "GET")
  context.header("access-control-allow-headers", "authorization, last-event-id")
  context.header("access-control-max-age", "86400")
  return context.body(null, 204)
}

/**
 * Server-sent events: the job as it is, unless the client has seen that, and then each change. A host that doesn't stream gets a
 * response that ends with its first event, after which the client comes again.
 */
async function watch(
  context: Context,
  { sluice, streaming }: WatchRoutesOptions,
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
    status = await readStatus(reader, id, hasEnded)
    yield status
  }
}

async function readStatus(reader: JobReader, id: string, hasEnded = false): Promise<JobStatus> {
  const status = await reader.status(id, hasEnded)
  return status ?? refuse({ status: 404, code: "job_not_found", detail: `No job has the id ${id}` })
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
