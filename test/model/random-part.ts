import type { Sluice } from "@sluice/core"
import type { Session } from "../settle/session.ts"
import type { TestDatabase } from "../support/database.ts"

/** Time moves in steps of so many hours. */
export const STEP_HOURS = 3

/** What one verb adds to the random world, beside its actions: a model of its own, and what must hold by it. */
export interface Part {
  /** The tables that a list begins with empty. */
  readonly tables: readonly string[]
  /** Forgets the last list. */
  begin(): void
  /** Reads, before an action, what is needed to judge it. */
  before?(): Promise<void>
  /** Checks, after each action, what must hold. */
  check(): Promise<void>
  /** Moves what is stored by STEP_HOURS into the past. */
  passTime?(): Promise<void>
  /** Between the drains that do what is left: ends what would wait for ever. */
  beforeDrain?(): Promise<void>
  /** Ends what would bring further jobs for ever. */
  stop?(): Promise<void>
  /** Checks what must hold once no job is left. */
  checkEnd(): Promise<void>
}

/** What the parts know of the world. */
export interface RandomContext {
  readonly database: TestDatabase
  readonly sluice: Sluice
  readonly drainers: readonly Drainer[]
  /** The ids of all jobs that were stored. */
  readonly stored: Set<string>
  /** The keys of jobs whose limits are checked. */
  readonly keysOf: Map<string, readonly string[]>
  /** The limit of the newest job of each key, while it has jobs. */
  readonly limits: Map<string, { readonly limit: number; readonly id: bigint }>
  /** Jobs in order that let others pass while they wait for their retries. */
  readonly passing: Set<string>
  /** How many hours time has been moved. */
  hour(): number
}

export interface Drainer {
  session: Session
  held: Held[]
}

/** A job that a session has in flight. */
export interface Held {
  readonly id: string
  readonly fence: number
  /** It has come to wait for a token, and is to be put back for so long. */
  readonly waitMs?: number
}

/** What an action has shown to be wrong: the property's name comes first. */
export function violated(property: string, what: string): never {
  throw new Error(`${property}: ${what}`)
}

/** One of a list that may be empty. */
export function pick<Value>(list: readonly Value[], place: number): Value | undefined {
  return list[place % Math.max(1, list.length)]
}
