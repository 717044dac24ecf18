import { AssertionError } from "node:assert"
import type pg from "pg"
import { assertInteger, assertKnownKeys, refuse } from "../checks/validate.ts"
import { InvalidInputError, SluiceError } from "../errors.ts"
import type { AnyJobDefinition, InputOf } from "../job/define-job.ts"
import type { EnqueueOptions } from "../job/job-options.ts"
import type { JobSnapshot } from "../job/job-snapshot.ts"
import type { Clock } from "./clock.ts"
import { differencesInWhatHappened } from "./happened.ts"
import { END, type Moment } from "./life.ts"
import type { Operation } from "./operation.ts"
import type { JobToPerform, Lives } from "./perform-life.ts"
import { type Snapshot, takeSnapshot } from "./snapshot.ts"
import { withWatching } from "./watch.ts"

export interface ProveCrashSafeOptions {
  /**
   * Returns what the job has done, for example the rows that it has written and the requests that a fake server has got. Leave out
   * what differs from run to run, such as times. Lists are compared without their order.
   */
  readonly observe: () => unknown
  /** Undoes what the job has done outside of the database, before each run. The database is restored without it. */
  readonly reset?: () => unknown
  /** How the job is enqueued. */
  readonly options?: Omit<EnqueueOptions, "transaction" | "request">
  /**
   * The most operations that the job may have: it is killed before and after each of them. With more, nothing is proved and an error
   * is thrown. Default 100.
   */
  readonly maxPoints?: number
}

export interface CrashProof {
  /** The operations of an uninterrupted run, in order. */
  readonly points: readonly string[]
  /** How often the job was killed. */
  readonly deaths: number
}

export interface CrashProofs {
  /**
   * Performs the job without a death, then again and again, killed before and after each statement, HTTP request and saved step, and
   * performed to its end by another drainer. Each time, what `observe` returns must be the same. A failure says what happened twice
   * or never, and between which two operations the job had died.
   *
   * Afterwards the database is as it was.
   *
   * @throws AssertionError of `node:assert`
   */
  proveCrashSafe<Definition extends AnyJobDefinition>(
    definition: Definition,
    payload: InputOf<Definition>,
    options: ProveCrashSafeOptions,
  ): Promise<CrashProof>
}

/** What an uninterrupted run does and leaves. */
interface Usual {
  readonly operations: readonly Operation[]
  readonly observed: unknown
}

const DEFAULT_MAX_POINTS = 100

export function createCrashProofs(parts: { pool: pg.Pool; clock: Clock; lives: Lives }): CrashProofs {
  const { pool, clock, lives } = parts
  return { proveCrashSafe: proveCrashSafe as CrashProofs["proveCrashSafe"] }

  async function proveCrashSafe(
    definition: AnyJobDefinition,
    payload: unknown,
    given: ProveCrashSafeOptions,
  ): Promise<CrashProof> {
    const proof = checkOptions(given)
    const job = { definition, payload, options: given.options ?? {} }
    const snapshot = await takeSnapshot(pool)
    try {
      return await withWatching(() => prove(job, proof, snapshot))
    } finally {
      await startAfresh(proof, snapshot)
      await snapshot.drop()
    }
  }

  async function prove(job: JobToPerform, proof: Proof, snapshot: Snapshot): Promise<CrashProof> {
    const usual = await performUsually(job, proof, snapshot)
    const failures = new Map<string, Moment[]>()
    const moments = momentsOf(usual.operations)
    for (const moment of moments)
      for (const difference of await dieAt(moment, job, usual, proof, snapshot))
        failures.set(difference, [...(failures.get(difference) ?? []), moment])
    const points = namesOf(usual.operations)
    if (failures.size === 0) return { points, deaths: moments.length }
    const message = failureMessage(job.definition.name, usual.operations, failures, moments.length)
    throw new AssertionError({ message, stackStartFn: proveCrashSafe })
  }

  async function startAfresh({ reset }: Proof, snapshot: Snapshot): Promise<void> {
    await snapshot.restore()
    await clock.reread()
    await reset?.()
  }

  /** Twice, so that a difference isn't taken for what a death has done. Connections are open the second time. */
  async function performUsually(job: JobToPerform, proof: Proof, snapshot: Snapshot): Promise<Usual> {
    const first = await performOnce(job, proof, snapshot)
    const usual = await performOnce(job, proof, snapshot)
    const differences = differencesInWhatHappened(first.observed, usual.observed)
    if (differences.length > 0)
      throw new SluiceError(
        "not_repeatable",
        `Two uninterrupted runs of the job ${JSON.stringify(job.definition.name)} differ: ${differences.join("; ")}. Have observe leave out what differs from run to run, such as ids and times, and give a reset for what isn't in the database`,
      )
    return usual
  }

  async function performOnce(job: JobToPerform, proof: Proof, snapshot: Snapshot): Promise<Usual> {
    await startAfresh(proof, snapshot)
    const performed = await lives.perform(job)
    const { operations } = performed.life
    if (performed.job.state !== "succeeded")
      throw new SluiceError(
        "not_repeatable",
        `The job ${JSON.stringify(job.definition.name)} was ${endOf(performed.job)} without being killed: give a payload with which it succeeds`,
      )
    if (operations.length === 0)
      // not even its end
      throw new SluiceError(
        "not_repeatable",
        `No execution of the job ${JSON.stringify(job.definition.name)} was seen, so nothing is proved. Either an earlier job has its unique or idempotency key: prove it before you enqueue that. Or another drainer has performed it: await what else uses the kit, such as drainAll or another proof`,
      )
    if (operations.length > proof.maxPoints)
      throw new SluiceError(
        "too_many_points",
        `The job ${JSON.stringify(job.definition.name)} has ${operations.length} operations, and maxPoints is ${proof.maxPoints}: give a payload with less work, or a larger maxPoints`,
      )
    return { operations, observed: await observe(proof) }
  }

  /** Returns what differs then. */
  async function dieAt(
    moment: Moment,
    job: JobToPerform,
    usual: Usual,
    proof: Proof,
    snapshot: Snapshot,
  ): Promise<string[]> {
    await startAfresh(proof, snapshot)
    const performed = await lives.perform(job, (come) => isSame(come, moment))
    if (!performed.hasDied)
      throw new SluiceError(
        "not_repeatable",
        `The job ${JSON.stringify(job.definition.name)} came to ${moment.operation.label} in one run and not in another: have it do the same in each`,
      )
    const differences = differencesInWhatHappened(usual.observed, await observe(proof))
    const { state } = performed.job
    return state === "succeeded" ? differences : [...differences, `the job was ${endOf(performed.job)}`]
  }
}

interface Proof {
  readonly observe: () => unknown
  readonly reset: (() => unknown) | undefined
  readonly maxPoints: number
}

function checkOptions(given: ProveCrashSafeOptions): Proof {
  assertKnownKeys(given, ["observe", "reset", "options", "maxPoints"], ["proveCrashSafe"])
  const { observe, reset, maxPoints = DEFAULT_MAX_POINTS } = given
  if (typeof observe !== "function")
    refuse(
      "invalid_option",
      observe,
      ["proveCrashSafe", "observe"],
      "a function that returns what the job has done",
    )
  if (reset !== undefined && typeof reset !== "function")
    refuse("invalid_option", reset, ["proveCrashSafe", "reset"], "a function")
  assertInteger(maxPoints, ["proveCrashSafe", "maxPoints"], 1, 10_000)
  return { observe, reset, maxPoints }
}

/** A copy: it may return a list to which later runs add. */
async function observe(proof: Proof): Promise<unknown> {
  const observed = await proof.observe()
  try {
    return structuredClone(observed)
  } catch (cause) {
    throw new InvalidInputError(
      "invalid_option",
      `proveCrashSafe.observe returned something that can't be compared later (${(cause as Error).message}): return plain objects, lists and values`,
      { path: ["proveCrashSafe", "observe"], cause },
    )
  }
}

/** The end of an execution is no operation: its two sides are one. */
function momentsOf(operations: readonly Operation[]): Moment[] {
  return operations.flatMap((operation): Moment[] => {
    const before = { operation, side: "before" } as const
    return operation.label === END ? [before] : [before, { operation, side: "after" }]
  })
}

/** Operations side by side don't always have the same order, and new connections may have some of their own. */
function isSame(a: Moment, b: Moment): boolean {
  return (
    a.side === b.side && a.operation.label === b.operation.label && a.operation.number === b.operation.number
  )
}

function endOf({ state, errors }: JobSnapshot): string {
  const error = errors.at(-1)
  return error ? `${state} (${error.class}: ${error.message})` : state
}

function failureMessage(
  name: string,
  operations: readonly Operation[],
  failures: ReadonlyMap<string, readonly Moment[]>,
  deaths: number,
): string {
  const guilty = new Set([...failures.values()].flat()).size
  const parts = [...failures].map(
    ([difference, moments]) =>
      `${difference}, when it died\n${moments.map((moment) => `  - ${between(operations, moment)}`).join("\n")}`,
  )
  return `The job ${JSON.stringify(name)} isn't crash-safe: ${guilty} of ${deaths} deaths change what observe sees.\n\n${parts.join("\n\n")}`
}

function between(operations: readonly Operation[], { operation, side }: Moment): string {
  const names = namesOf(operations)
  const place = operations.indexOf(operation)
  if (side === "before")
    return `after ${place === 0 ? "its start" : names[place - 1]}, before ${names[place]}`
  return `after ${names[place]}, whose answer never came, before ${names[place + 1]}`
}

/** Of several operations with one label they say which. */
function namesOf(operations: readonly Operation[]): string[] {
  return operations.map(({ label, number }) => {
    const count = operations.filter((other) => other.label === label).length
    return count === 1 ? label : `${label} (${number} of ${count})`
  })
}
