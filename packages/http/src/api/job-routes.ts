import type { JobFilter, JobSnapshot, ReadJobOptions, Sluice } from "@sluice/core"
import {
  CONDITIONS,
  COUNT_JOBS,
  type Field,
  field,
  inputText,
  isRecord,
  jobId,
  LIST_JOBS,
  READ_JOB,
} from "@sluice/core/fields"
import { findInexactNumber } from "../messages/exact-number.ts"
import { refuse } from "../messages/problem.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

/** What the metadata contains, as JSON: the values have types, and an address is text. */
const metadata: Field<string, false> = field(
  { type: "string", minLength: 4, format: "json-object", examples: ['{"customer":4711}'] },
  (text) => typeof text === "string" && findInexactNumber(text) === undefined && hasKeys(text),
  'a JSON object with one or more keys, such as {"customer":4711}, and without numbers that JavaScript would round',
)

const { ids: _ids, ...conditions } = CONDITIONS
const filter = { ...conditions, input: inputText, metadata }
const params = { id: jobId }

type QueriedFilter = Omit<JobFilter, "metadata"> & { readonly metadata?: string }

export const listJobs = operation({
  method: "GET",
  path: "/v1/jobs",
  role: "reader",
  query: { ...filter, ...LIST_JOBS },
})

export const countJobs = operation({
  method: "GET",
  path: "/v1/jobs/counts",
  role: "reader",
  query: { ...filter, ...COUNT_JOBS },
})

export const getHolder = operation({ method: "GET", path: "/v1/jobs/:id/holder", role: "reader", params })

export const getRelatives = operation({
  method: "GET",
  path: "/v1/jobs/:id/relatives",
  role: "reader",
  params,
})

/** Gateways give up on a request after 30 seconds. */
const LONGEST_WAIT_SECONDS = 25

const wait: Field<number, false> = field(
  { type: "number", minimum: 0, maximum: LONGEST_WAIT_SECONDS },
  (seconds) => typeof seconds === "number" && seconds <= LONGEST_WAIT_SECONDS,
  `a number of seconds from 0 to ${LONGEST_WAIT_SECONDS}`,
)

export const getJob = operation({
  method: "GET",
  path: "/v1/jobs/:id",
  role: "reader",
  params,
  query: { ...READ_JOB.fields, wait },
})

export function jobRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listJobs, async ({ query: { limit, after, ...filter }, context }) => {
      const page = { ...(limit !== undefined && { limit }), ...(after !== undefined && { after }) }
      return context.json(await sluice.listJobs(withMetadata(filter), page))
    }),
    route(countJobs, async ({ query: { limit, ...filter }, context }) => {
      const options = limit === undefined ? {} : { limit }
      return context.json(await sluice.countJobs(withMetadata(filter), options))
    }),
    route(getHolder, async ({ params: { id }, context }) => {
      const holder = await sluice.getHolder(id)
      return context.json(holder ?? refuseUnheld(id))
    }),
    route(getRelatives, async ({ params: { id }, context }) => context.json(await sluice.getRelatives(id))),
    route(getJob, async ({ params: { id }, query: { wait, ...parts }, context }) => {
      if (wait !== undefined) await waitForJob(sluice, id, wait, context.req.raw.signal)
      return context.json(await readJob(sluice, id, parts))
    }),
  ]
}

function withMetadata({ metadata, ...filter }: QueriedFilter): JobFilter {
  return metadata === undefined ? filter : { ...filter, metadata: JSON.parse(metadata) }
}

function hasKeys(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json)
    return isRecord(value) && Object.keys(value).length > 0
  } catch {
    return false
  }
}

function refuseUnheld(id: string): never {
  return refuse({ status: 404, code: "job_not_held", detail: `Nobody holds the job ${id}: it doesn't run` })
}

/** Returns early if the client goes away: nobody reads the response. */
async function waitForJob(sluice: Sluice, id: string, timeout: number, signal: AbortSignal): Promise<void> {
  await sluice.waitForJob(id, { timeout, signal }).catch((error) => {
    if (!signal.aborted) throw error
  })
}

export async function readJob(
  sluice: Sluice,
  id: string,
  options: ReadJobOptions = {},
): Promise<JobSnapshot> {
  const job = await sluice.getJob(id, options)
  return job ?? refuse({ status: 404, code: "job_not_found", detail: `No job has the id ${id}` })
}
