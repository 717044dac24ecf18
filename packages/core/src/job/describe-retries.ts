import { assertDefinitions } from "../checks/arguments.ts"
import { type Backoff, backoffMs } from "./backoff.ts"
import type { AnyJobDefinition } from "./define-job.ts"
import type { ErrorRule } from "./error-rules.ts"
import { DEFAULT_MAX_ATTEMPTS, type JobPolicies } from "./job-options.ts"

/** What becomes of a job that fails, in the order in which it is decided: the first rule that matches the error, else `otherwise`. */
export interface RetryPolicy {
  readonly rules: readonly RetryRule[]
  /** Errors that no rule is for. */
  readonly otherwise: Retries
}

export interface RetryRule extends Retries {
  /** The names of the error classes that it is for, unless it was given another name. */
  readonly name: string
  readonly kind: "retry" | "discard" | "rescue"
}

export interface Retries {
  /** After how many failures the job is discarded. Null: never. */
  readonly attempts: number | null
  /** The first five waits, of which each job gets a random share more or less. Null: a function computes them. */
  readonly waitsMs: readonly number[] | null
}

const SHOWN_WAITS = 5

/** What a definition does with failures, for people to read. */
export function describeRetries(definition: AnyJobDefinition, defaults: JobPolicies = {}): RetryPolicy {
  assertDefinitions([definition], ["describeRetries", "definition"])
  const { backoff, retry = [] } = definition
  const own = definition.maxAttempts
  const attempts = own ?? defaults.maxAttempts ?? DEFAULT_MAX_ATTEMPTS
  return {
    rules: retry.map((rule) => describe(rule, { own, attempts, backoff })),
    otherwise: retriesOf(attempts, backoff),
  }
}

interface Otherwise {
  /** Of the definition: it limits all attempts together. */
  readonly own: number | undefined
  readonly attempts: number
  readonly backoff: Backoff | undefined
}

function describe(rule: ErrorRule, { own, attempts, backoff }: Otherwise): RetryRule {
  const { kind, name = "" } = rule
  if (rule.kind !== "retry") return { kind, name, attempts: 1, waitsMs: [] }
  const most = Math.min(rule.attempts ?? attempts, own ?? Number.POSITIVE_INFINITY)
  return { kind, name, ...retriesOf(most, rule.wait ?? backoff) }
}

function retriesOf(attempts: number, backoff: Backoff | undefined): Retries {
  const shown = Math.min(attempts - 1, SHOWN_WAITS)
  return {
    attempts: Number.isFinite(attempts) ? attempts : null,
    waitsMs:
      typeof backoff === "function"
        ? null
        : Array.from({ length: shown }, (_, nth) => backoffMs(backoff, nth + 1, undefined, 0)),
  }
}
