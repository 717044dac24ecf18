import { noPromise } from "../checks/no-promise.ts"
import { assertInteger, assertKnownKeys, isText, refuse } from "../checks/validate.ts"
import { assertBackoff, type Backoff } from "./backoff.ts"
import type { JobContext } from "./job-context.ts"

/** A class of errors, of which subclasses count too. */
// biome-ignore lint/suspicious/noExplicitAny: any constructor
export type ErrorClass<Thrown = unknown> = abstract new (...parameters: any[]) => Thrown

/**
 * Which errors a rule is for: those of a class or its subclasses; those with this `name`, which errors of jobs that are
 * performed in a thread, a function or at an endpoint keep while they lose their class; or those for which the function
 * returns true.
 */
export type ErrorMatcher<Thrown = unknown> =
  | ErrorClass<Thrown>
  | string
  | ((error: unknown) => error is Thrown & Error)
  | ((error: unknown) => boolean)

/** One or several of them. */
export type ErrorMatchers<Thrown = unknown> = ErrorMatcher<Thrown> | readonly ErrorMatcher<Thrown>[]

/** What follows from an error: made by {@link retryOn}, {@link discardOn} or {@link rescueFrom}. */
export type ErrorRule = RetryOn | DiscardOn | RescueFrom

interface Rule {
  /** In the job's history, and for counting its failures. Default: the names of the classes. */
  readonly name: string | undefined
  readonly errors: readonly ErrorMatcher[]
}

export interface RetryOn extends Rule {
  readonly kind: "retry"
  readonly attempts: number | undefined
  // biome-ignore lint/suspicious/noExplicitAny: of the errors that it is for
  readonly wait: Backoff<any> | undefined
  readonly jitter: number | undefined
}

export interface DiscardOn extends Rule {
  readonly kind: "discard"
}

export interface RescueFrom extends Rule {
  readonly kind: "rescue"
  // biome-ignore lint/suspicious/noExplicitAny: of the errors that it is for
  readonly handler: (error: any, context: JobContext) => unknown
}

interface RuleOptions {
  /** Identifies the rule in the job's history. Default: the names of the error classes. */
  readonly name?: string
}

export interface RetryOnOptions<Thrown = unknown> extends RuleOptions {
  /**
   * Failures by this rule after which the job is discarded, or `"unlimited"`; other errors are not counted. Default:
   * `maxAttempts`, which is 25 if nobody sets it. If the call or the definition does, it limits all attempts of a job together.
   */
  readonly attempts?: number | "unlimited"
  /** The wait before the next attempt, by the number of failures by this rule. Default: the definition's `backoff`. */
  readonly wait?: Backoff<Thrown>
  /** Share of the wait that is random, 0 to 1. Default 0.25. Waits that a function returns have none. */
  readonly jitter?: number
}

/**
 * Retries jobs that fail with one of these errors, in its own way and as often as it says. Of a definition's rules, the
 * first that matches an error applies. As `retry_on` of ActiveJob.
 *
 * @throws InvalidInputError
 */
export function retryOn<Thrown = unknown>(
  errors: ErrorMatchers<Thrown>,
  options: RetryOnOptions<Thrown> = {},
): RetryOn {
  assertKnownKeys(options, RETRY_KEYS, ["retryOn"])
  const { attempts, wait, jitter } = options
  if (attempts !== "unlimited") assertInteger(attempts, ["retryOn", "attempts"], 1, 30_000)
  assertBackoff(wait, ["retryOn", "wait"])
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1))
    refuse("invalid_option", jitter, ["retryOn", "jitter"], "a number from 0 to 1")
  return {
    kind: "retry",
    ...ruleOf("retryOn", errors, options),
    attempts: attempts === "unlimited" ? Number.POSITIVE_INFINITY : attempts,
    wait,
    jitter,
  }
}

/** Discards jobs that fail with one of these errors, even if they have attempts left. As `discard_on` of ActiveJob. */
export function discardOn(errors: ErrorMatchers, options: RuleOptions = {}): DiscardOn {
  assertKnownKeys(options, RULE_KEYS, ["discardOn"])
  return { kind: "discard", ...ruleOf("discardOn", errors, options) }
}

/**
 * Calls the handler when a job fails with one of these errors. The job has then succeeded, with what the handler returns as
 * its result. The handler may throw another error, or `Discard`, `RetryAfter` or `Snooze`, which then is the outcome. It
 * isn't called for an execution that was aborted. As `rescue_from` of ActiveJob.
 */
export function rescueFrom<Thrown = unknown>(
  errors: ErrorMatchers<Thrown>,
  handler: (error: Thrown, context: JobContext) => unknown,
  options: RuleOptions = {},
): RescueFrom {
  assertKnownKeys(options, RULE_KEYS, ["rescueFrom"])
  if (typeof handler !== "function")
    refuse("invalid_option", handler, ["rescueFrom", "handler"], "a function")
  return { kind: "rescue", ...ruleOf("rescueFrom", errors, options), handler }
}

const RULE_KEYS = ["name"] satisfies readonly (keyof RuleOptions)[]
const RETRY_KEYS = ["name", "attempts", "wait", "jitter"] satisfies readonly (keyof RetryOnOptions)[]

function ruleOf(maker: string, errors: ErrorMatchers, { name }: RuleOptions): Rule {
  const list = Array.isArray(errors) ? errors : [errors]
  const isMatcher = (one: unknown) => typeof one === "function" || (typeof one === "string" && one !== "")
  if (list.length === 0 || !list.every(isMatcher))
    refuse("invalid_option", errors, [maker, "errors"], "an error class, the name of one, or a function")
  if (name !== undefined && !isText(name, MOST_NAME_CHARACTERS))
    refuse("invalid_option", name, [maker, "name"], `text of 1 to ${MOST_NAME_CHARACTERS} characters`)
  return { name: name ?? nameOf(list), errors: list }
}

const MOST_NAME_CHARACTERS = 128

/** Undefined for functions, whose names say nothing. */
function nameOf(errors: readonly ErrorMatcher[]): string | undefined {
  const names = errors.map((one) =>
    typeof one === "string" ? one : isErrorClass(one) ? one.name : undefined,
  )
  return names.includes(undefined) ? undefined : names.join(", ").slice(0, MOST_NAME_CHARACTERS)
}

/** Checks a definition's rules, and names those that have no name by their place. Two of one name would count as one. */
export function namedRules(rules: unknown, path: readonly string[]): readonly ErrorRule[] | undefined {
  if (rules === undefined) return undefined
  if (!Array.isArray(rules) || !rules.every(isRule))
    refuse("invalid_option", rules, path, "a list of retryOn(…), discardOn(…) and rescueFrom(…)")
  const named = (rules as ErrorRule[]).map((rule, index) => ({
    ...rule,
    name: rule.name ?? `rule ${index + 1}`,
  }))
  const reserved = named.find(({ name }) => name === SCHEMA_LOOKS || name === RESUMPTIONS)
  if (reserved) refuse("invalid_option", reserved.name, path, "the rule another name")
  const twice = named.find(({ name }, index) => named.findIndex((other) => other.name === name) < index)
  if (twice) refuse("invalid_option", twice.name, path, "each rule a name of its own, as its option `name`")
  return named
}

/** The name under which `jobs.rule_failures` counts how often a payload has not fitted its schema; those charged no attempt. */
export const SCHEMA_LOOKS = "onInvalidPayload"

/** The name under which `jobs.rule_failures` counts how often a job was put back after an execution that saved a checkpoint. */
export const RESUMPTIONS = "maxResumptions"

function isRule(value: unknown): value is ErrorRule {
  return typeof value === "object" && value !== null && "kind" in value && "errors" in value
}

/** Whether it is one of these. A function that throws matches nothing: `report` is told. */
export function matches({ errors }: Rule, error: unknown, report: (thrown: unknown) => void): boolean {
  return errors.some((one) => {
    if (typeof one === "string") return (error as Error | undefined | null)?.name === one
    if (isErrorClass(one)) return error instanceof one
    try {
      return noPromise((one as (error: unknown) => boolean)(error)) === true
    } catch (thrown) {
      report(thrown)
      return false
    }
  })
}

function isErrorClass(one: ErrorMatcher): one is ErrorClass {
  return typeof one === "function" && (one === Error || one.prototype instanceof Error || isClass(one))
}

function isClass(one: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(one))
}
