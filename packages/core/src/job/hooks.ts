import type { JsonOf } from "../checks/json.ts"
import { assertKnownKeys, refuse } from "../checks/validate.ts"
import type { EnqueueOptions, EnqueueResult } from "./job-options.ts"

/**
 * Functions that are called around and after what happens to jobs, for all jobs in `createSluice({ hooks })` and for those of
 * one definition in its `hooks`. Those of the Sluice are the outer ones: around a job they begin first and end last, and what
 * follows is told to the definition's first.
 *
 * A hook may be async, and has 5 seconds. One that throws or takes longer is logged and changes nothing, except that a hook
 * around a job that throws before it calls `next` fails the enqueue, or the execution.
 */
export interface Hooks<Payload = unknown> {
  /**
   * Around the statement that stores jobs: one, or those of an `enqueueMany`. Await `next()`, which rejects if they can't be
   * stored. Without it nothing is stored, and the enqueue throws.
   */
  aroundEnqueue?(jobs: readonly JobToEnqueue<Payload>[], next: () => Promise<void>): unknown
  /** After jobs were stored, or found stored; in a transaction of yours, before its commit. */
  afterEnqueue?(jobs: readonly EnqueuedJob<Payload>[]): unknown
  /**
   * Around `perform` and, in a transactional job, its transaction. Await `next()`, which rejects with the error of `perform`.
   * A hook that doesn't call it fails the execution; one that throws before it does decides as if `perform` had thrown that,
   * also with `Discard` or `Snooze`. Its time counts towards the job's timeout.
   */
  aroundPerform?(job: PerformedJob<Payload>, next: () => Promise<void>): unknown
  /** After a job has succeeded, and its success was committed. */
  afterPerform?(job: PerformedJob<Payload>): unknown
  /** After each execution that failed, once that was committed, and before `onRetry` or `onDiscard`: report errors here. */
  onError?(job: PerformedJob<Payload>, error: unknown): unknown
  /** After an execution failed whose job is to be retried. */
  onRetry?(job: PerformedJob<Payload>, error: unknown, retry: { readonly waitMs: number }): unknown
  /** After a job was discarded, whatever the reason, or canceled because it had expired (`JobExpiredError`). */
  onDiscard?(job: PerformedJob<Payload>, error: unknown): unknown
}

/** A job that is about to be stored. It hasn't been checked yet. */
export interface JobToEnqueue<Payload = unknown> {
  readonly name: string
  readonly payload: Payload
  readonly options: Omit<EnqueueOptions, "transaction" | "request">
}

export interface EnqueuedJob<Payload = unknown> extends JobToEnqueue<Payload>, EnqueueResult {}

export interface PerformedJob<Payload = unknown> {
  readonly id: string
  readonly name: string
  readonly queue: string
  /** As it is stored, before the schema has parsed it. Null if it is in the store of payloads, or could not be read. */
  readonly payload: JsonOf<Payload> | null
  /** 1 for the first attempt; 0 of a job that has expired before one began. */
  readonly attempt: number
  readonly enqueuedAt: Date
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
}

const HOOKS = [
  "aroundEnqueue",
  "afterEnqueue",
  "aroundPerform",
  "afterPerform",
  "onError",
  "onRetry",
  "onDiscard",
] satisfies readonly (keyof Hooks)[]

export function assertHooks(hooks: Hooks | undefined, path: readonly string[]): void {
  if (hooks === undefined) return
  assertKnownKeys(hooks, HOOKS, path)
  for (const name of HOOKS) {
    const hook = hooks[name]
    if (hook !== undefined && typeof hook !== "function")
      refuse("invalid_option", hook, [...path, name], "a function")
  }
}
