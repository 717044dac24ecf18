import type { Sluice } from "@sluice/core"
import { truncate } from "@sluice/core/checks"
import {
  ERROR_RANGE,
  type Field,
  field,
  fingerprintField,
  LIST_ERRORS,
  LIST_FAILURES,
  RETRY,
  type ValueOf,
  yesOrNo,
} from "@sluice/core/fields"
import { refuse } from "../messages/problem.ts"
import { bodyOf } from "./body.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

/** A request ends well before gateways give up on it. */
const LONGEST_RETRY = "20s" as const
/** The longest list of ids. */
const MOST_IDS = 10_000

const params = { fingerprint: fingerprintField }

/** How many of the list to skip. */
const skipped: Field<string, false> = field(
  { type: "string", format: "place" },
  (after) => typeof after === "string" && /^\d{1,9}$/.test(after),
  "the last `next`",
)

const retryRequest = bodyOf({
  ...ERROR_RANGE.fields,
  ...RETRY.fields,
  dryRun: yesOrNo,
  after: skipped,
})

export const listErrors = operation({
  method: "GET",
  path: "/v1/errors",
  role: "reader",
  query: LIST_ERRORS.fields,
})

export const getError = operation({
  method: "GET",
  path: "/v1/errors/:fingerprint",
  role: "reader",
  params,
  query: ERROR_RANGE.fields,
})

export const listFailures = operation({
  method: "GET",
  path: "/v1/errors/:fingerprint/failures",
  role: "reader",
  params,
  query: LIST_FAILURES.fields,
})

export const retryError = operation({
  method: "POST",
  path: "/v1/errors/:fingerprint/retry",
  role: "operator",
  params,
  body: retryRequest,
  isBodyOptional: true,
})

/** Routes of failures that are alike. */
export function errorRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listErrors, async ({ query, context }) => context.json(await sluice.listErrors(query))),
    route(getError, async ({ params: { fingerprint }, query, context }) => {
      const group = await sluice.getError(fingerprint, query)
      return context.json(group ?? refuseUnknown(fingerprint))
    }),
    route(listFailures, async ({ params: { fingerprint }, query, context }) =>
      context.json(await sluice.listFailures(fingerprint, query)),
    ),
    route(retryError, async ({ params: { fingerprint }, body, context }) =>
      context.json(await retryGroup(sluice, fingerprint, body)),
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
  { since, until = new Date().toISOString(), after = "0", dryRun, retriedBy }: ValueOf<typeof retryRequest>,
) {
  const skipped = Number(after)
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
