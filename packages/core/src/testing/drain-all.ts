import { type Duration, durationMs } from "../checks/duration.ts"
import { drain } from "../drain.ts"
import type { DrainOptions } from "../drain-options.ts"
import type { DrainSummary } from "../drain-summary.ts"
import { SluiceError } from "../errors.ts"
import { toIsoInstant } from "../job/option-values.ts"
import { EMPTY_TALLY, type Tally } from "../session/tally.ts"
import type { Sluice } from "../sluice.ts"
import type { Clock } from "./clock.ts"

/** Options of `drain`, and what makes one end early. */
export interface TestDrainOptions extends Partial<DrainOptions> {
  /** How many milliseconds the drain has, like an invocation of Lambda that ends then. Default: no deadline. */
  readonly deadlineMs?: number
}

export interface DrainAllOptions extends TestDrainOptions {
  /**
   * Performs also what becomes due until then, in order: the clock moves from one due time to the next, and at last to this one.
   * An instant, a `Date` or an ISO 8601 string, or a duration from the present such as `"3d"`. Default: the clock isn't moved.
   */
  readonly now?: Date | string
}

/** What all drains did together. */
export interface DrainAllSummary extends Readonly<Tally> {
  /** How many drains it took. */
  readonly drains: number
}

/** With more drains, something is due again and again, and a test would never end. */
const MOST_DRAINS = 10_000
/** Drains in a row that find work due and perform none of it: others hold it, or the deadline is too short for it. */
const MOST_FRUITLESS = 3

export interface Drains {
  drain(options?: TestDrainOptions): Promise<DrainSummary>
  drainAll(options?: DrainAllOptions): Promise<DrainAllSummary>
}

export function createDrains(sluice: Sluice, clock: Clock, connect: DrainOptions["connect"]): Drains {
  const names = [...(sluice.definitions?.keys() ?? [])]
  return { drain: drainOnce, drainAll }

  function drainOnce({ deadlineMs, ...options }: TestDrainOptions = {}): Promise<DrainSummary> {
    const times = deadlineMs === undefined ? {} : { remainingMs: countdown(deadlineMs) }
    return drain(sluice, { connect, ...times, ...options })
  }

  async function drainAll({ now, ...options }: DrainAllOptions = {}): Promise<DrainAllSummary> {
    const until = now === undefined ? undefined : await instantOf(now)
    const summaries: DrainSummary[] = []
    do summaries.push(...(await drainWhileDue(options)))
    while (until && assertEnds(summaries) && (await clock.moveToNextDue(names, until)))
    if (until && until > (await clock.now())) {
      await clock.set(until)
      summaries.push(...(await drainWhileDue(options)))
    }
    return sumOf(summaries)
  }

  /** One drain performs all that is due, unless its deadline is too short. */
  async function drainWhileDue(options: TestDrainOptions): Promise<DrainSummary[]> {
    const summaries: DrainSummary[] = []
    let fruitless = 0
    for (;;) {
      const summary = await drainOnce(options)
      summaries.push(summary)
      assertEnds(summaries)
      fruitless = isFruitless(summary) ? fruitless + 1 : 0
      if (!summary.dueWork || fruitless === MOST_FRUITLESS) return summaries
    }
  }

  async function instantOf(now: Date | string): Promise<Date> {
    if (typeof now !== "string" || /^\d{4}-/.test(now))
      return new Date(toIsoInstant(now, ["drainAll", "now"]))
    const ms = durationMs(now as Duration, ["drainAll", "now"])
    return new Date((await clock.now()).getTime() + ms)
  }
}

/** Milliseconds that are left of so many, counted from the first question. */
function countdown(totalMs: number): () => number {
  let endsAtMs: number | undefined
  return () => {
    endsAtMs ??= performance.now() + totalMs
    return endsAtMs - performance.now()
  }
}

function isFruitless({
  succeeded,
  retried,
  discarded,
  canceled,
  snoozed,
  interrupted,
  checkpoints,
}: DrainSummary) {
  return succeeded + retried + discarded + canceled + snoozed + interrupted + checkpoints === 0
}

function assertEnds(summaries: readonly DrainSummary[]): true {
  if (summaries.length <= MOST_DRAINS) return true
  throw new SluiceError(
    "never_drained",
    `After ${MOST_DRAINS} drains there is still something due: does a job enqueue itself, or a schedule tick very often? Give drainAll an earlier now`,
  )
}

function sumOf(summaries: readonly DrainSummary[]): DrainAllSummary {
  const tally = { ...EMPTY_TALLY }
  for (const summary of summaries)
    for (const key of Object.keys(tally) as (keyof Tally)[]) tally[key] += summary[key]
  return { ...tally, drains: summaries.length }
}
