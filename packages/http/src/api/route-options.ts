import type { Logger, Sluice } from "@sluice/core"

/** What routes are made with. */
export interface RouteOptions {
  readonly sluice: Sluice
  readonly maxBatchJobs: number
  readonly maxBodyBytes: number
  readonly log: Logger
}
