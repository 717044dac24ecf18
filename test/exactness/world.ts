import type { Sluice } from "@sluice/core"
import type { TestDatabase } from "../support/database.ts"

/** What the strands of a run share. */
export interface World {
  readonly database: TestDatabase
  readonly sluice: Sluice
  /** How long the strands act, and drainers are killed. */
  readonly actMs: number
}

/** One of the verbs that must be exact: what is done with it from outside, and what must have become of it. */
export interface Strand {
  /** Stores what must be there before drainers start and the others act. */
  prepare?(): Promise<void>
  /** Does its share at random moments, and returns when that is done. */
  act(): Promise<void>
  /** Once nothing moves any more: what happened twice, never, or otherwise than it should, a line for each. */
  findWrong(): Promise<string[]>
}

/** How often each subject of a kind must be among the effects: once. Anything else is a finding. */
export async function notOnce(
  { database }: World,
  kind: string,
  expected: Iterable<string>,
): Promise<string[]> {
  const rows = await database.rows(
    "select subject, count(*)::int as times from effects where kind = $1 group by subject",
    [kind],
  )
  const times = new Map<string, number>(rows.map((row) => [row.subject, row.times]))
  const subjects = new Set(expected)
  return [
    ...[...subjects].filter((subject) => !times.has(subject)).map((subject) => `${kind} ${subject}: never`),
    ...[...times].flatMap(([subject, count]) => {
      if (!subjects.has(subject)) return [`${kind} ${subject}: ${count} times, and should not be`]
      return count === 1 ? [] : [`${kind} ${subject}: ${count} times`]
    }),
  ]
}

/** A whole number from 0, below this. */
export function random(below: number): number {
  return Math.floor(Math.random() * below)
}

/** True in so many of 100 cases. */
export function chance(percent: number): boolean {
  return random(100) < percent
}
