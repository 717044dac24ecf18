import type { Logger, Sluice } from "@sluice/core"
import type { JobTokens } from "../watch/job-token.ts"

/** What routes are made with. */
export interface RouteOptions {
  readonly sluice: Sluice
  readonly tokens: JobTokens
  readonly maxBatchJobs: number
  readonly maxBodyBytes: number
  readonly log: Logger
}
