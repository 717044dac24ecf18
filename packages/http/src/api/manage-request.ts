import type { RetryOptions } from "@sluice/core"
import { parseObject } from "./job-request.ts"

/** The body of `POST /v1/jobs/{id}/retry`. Core validates the values. */
export function parseRetryRequest(body: unknown): RetryOptions {
  return parseObject([], body, ["retriedBy"])
}
