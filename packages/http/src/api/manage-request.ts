import type { JobChanges, JobFilter } from "@sluice/core"
import { refuse, truncate } from "../messages/problem.ts"

const ACTIONS = ["cancel", "retry", "run", "delete", "update", "erase"] as const

/** The body of `POST /v1/jobs/actions`. */
export interface ActionRequest {
  readonly action: (typeof ACTIONS)[number]
  readonly filter: JobFilter
  readonly changes: JobChanges | undefined
  readonly retriedBy: string | undefined
  readonly dryRun: boolean | undefined
  readonly after: string | undefined
}

/** Core validates all but which action takes what. */
export function parseActionRequest(body: { readonly [Key in keyof ActionRequest]?: unknown }): ActionRequest {
  const { action, changes, retriedBy, ...others } = body
  if (!ACTIONS.includes(action as never))
    refuseKey("action", `action is ${show(action)}; send one of ${ACTIONS.join(", ")}`)
  if ((changes === undefined) === (action === "update"))
    refuseKey(
      "changes",
      changes === undefined ? "changes is missing; an update needs it" : "changes is for updates only",
    )
  if (retriedBy !== undefined && action !== "retry") refuseKey("retriedBy", "retriedBy is for retries only")
  return { action, changes, retriedBy, ...others } as ActionRequest
}

function refuseKey(key: string, message: string): never {
  return refuse({
    status: 422,
    code: "invalid_body",
    detail: message,
    errors: [{ pointer: `/${key}`, message }],
  })
}

function show(value: unknown): string {
  return value === undefined ? "missing" : truncate(JSON.stringify(value))
}
