import type { Sluice } from "@sluice/core"
import { jobId, textOf } from "@sluice/core/fields"
import type { Context, Hono, MiddlewareHandler } from "hono"
import { bearerToken, principalOf } from "../api/authorize.ts"
import { bodyOf } from "../api/body.ts"
import { operation, type Route, route } from "../api/operation.ts"
import { refuse } from "../messages/problem.ts"
import { createReader, type JobReader, readStatus } from "./job-reader.ts"
import { isJobToken, type JobTokens, tokenLifetime } from "./job-token.ts"

export interface WatchRoutesOptions {
  readonly sluice: Sluice
  readonly tokens: JobTokens
  /** Whether the host sends a response while it is being written. */
  readonly streaming: boolean
}

export const watchJob = operation({
  method: "GET",
  path: "/v1/jobs/:id/events",
  role: "reader",
  params: { id: jobId },
  query: { token: textOf("job-token", "a token of the job") },
})

export const createJobToken = operation({
  method: "POST",
  path: "/v1/jobs/:id/token",
  role: "reader",
  params: { id: jobId },
  body: bodyOf({ expiresIn: tokenLifetime }),
  isBodyOptional: true,
})

/** Lets browsers watch one job by a token. To be called before what requires a key. */
export function acceptJobTokens(app: Hono, options: WatchRoutesOptions): void {
  const reader = createReader(options.sluice)
  app.use("/v1/jobs/:id/events", allowAnyOrigin, async (context, next) => {
    const token = tokenOf(context)
    if (token === undefined || !["GET", "HEAD"].includes(context.req.method)) return next() // to where a key is required
    if (!(await options.tokens.verify(token, context.req.param("id") as string, new Date()))) refuseToken()
    return watch(context, options, reader)
  })
}

function refuseToken(): never {
  return refuse({
    status: 401,
    code: "wrong_token",
    detail:
      "The token is wrong, for another job, or has expired, or the key that asked for it has ended: get a new one",
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  })
}

/** For callers with a key: to watch as well, and to make tokens. */
export function watchRoutes(options: WatchRoutesOptions): Route[] {
  const reader = createReader(options.sluice)
  return [
    route(watchJob, ({ context }) => watch(context, options, reader)),
    route(createJobToken, async ({ params: { id }, body, context }) => {
      const make = options.tokens.lasting(body.expiresIn, principalOf(context))
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

/** What streams is loaded when somebody first watches: functions that enqueue all day do without. */
async function watch(context: Context, options: WatchRoutesOptions, reader: JobReader): Promise<Response> {
  const { streamStatus } = await import("./stream-status.ts")
  return streamStatus(context, options, reader)
}
