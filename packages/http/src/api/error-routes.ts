import type { ListErrorsOptions, ListFailuresOptions, Sluice } from "@sluice/core"
import { refuse, truncate } from "../messages/problem.ts"
import { operation, type Route, route } from "./operation.ts"
import { refuseAt } from "./parse-object.ts"
import type { RouteOptions } from "./route-options.ts"

/** A request ends well before gateways give up on it. */
const LONGEST_RETRY = "20s" as const
/** The longest list of ids. */
const MOST_IDS = 10_000

export const listErrors = operation({
  method: "GET",
  path: "/v1/errors",
  role: "reader",
  query: { since: "text", until: "text", name: "text", order: "text", limit: "integer" },
})

export const getError = operation({
  method: "GET",
  path: "/v1/errors/:fingerprint",
  role: "reader",
  query: { since: "text", until: "text" },
})

export const listFailures = operation({
  method: "GET",
  path: "/v1/errors/:fingerprint/failures",
  role: "reader",
  query: { since: "text", until: "text", outcome: "text", limit: "integer", after: "text" },
})

export const retryError = operation({
  method: "POST",
  path: "/v1/errors/:fingerprint/retry",
  role: "operator",
  body: { keys: ["since", "until", "retriedBy", "dryRun", "after"], isOptional: true },
})

/** The body of a retry. Core validates all but `after` and `dryRun`. */
interface RetryRequest {
  readonly since?: string
  readonly until?: string
  readonly retriedBy?: string
  readonly dryRun?: boolean
  readonly after?: string
}

/** Routes of failures that are alike. */
export function errorRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listErrors, async ({ query, context }) =>
      context.json(await sluice.listErrors(query as ListErrorsOptions)),
    ),
    route(getError, async ({ params: { fingerprint }, query, context }) => {
      const group = await sluice.getError(fingerprint, query)
      return context.json(group ?? refuseUnknown(fingerprint))
    }),
    route(listFailures, async ({ params: { fingerprint }, query, context }) =>
      context.json(await sluice.listFailures(fingerprint, query as ListFailuresOptions)),
    ),
    route(retryError, async ({ params: { fingerprint }, body, context }) =>
      context.json(await retryGroup(sluice, fingerprint, body as RetryRequest)),
    ),
  ]
}

function refuseUnknown(fingerprint: string): never {
  return refuse({
    status: 404,
    code: "error_not_found",
    detail: `No failure of this time has the fingerprint ${truncate(fingerprint)}: give since and until, or see GET /v1/errors for those there are`,
  })
}

/**
 * Retries the jobs that were discarded so. Those that can't be retried stay in the list: the next request skips as many, which is
 * what `next` says.
 */
async function retryGroup(
  sluice: Sluice,
  fingerprint: string,
  { since, until = new Date().toISOString(), after, dryRun, retriedBy }: RetryRequest,
) {
  const skipped = skippedOf(after)
  const ids = await sluice.listDiscarded(fingerprint, {
    ...(since !== undefined && { since }),
    until,
    skip: skipped,
  })
  const options = {
    within: LONGEST_RETRY,
    ...(dryRun !== undefined && { dryRun }),
    ...(retriedBy !== undefined && { retriedBy }),
  }
  const { matched, changed, refused, next } = await sluice.retryJobs({ ids }, options)
  const done = next === undefined ? ids.length : Number(next)
  const areLeft = !dryRun && (next !== undefined || ids.length === MOST_IDS)
  return { until, matched, changed, refused, ...(areLeft && { next: String(skipped + done - changed) }) }
}

function skippedOf(after: unknown): number {
  if (after === undefined) return 0
  if (typeof after === "string" && /^\d{1,9}$/.test(after)) return Number(after)
  return refuseAt(
    ["after"],
    "invalid_option",
    `after is ${truncate(JSON.stringify(after))}; send the last \`next\``,
  )
}
