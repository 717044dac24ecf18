import type { Pause, PauseOptions, Sluice } from "@sluice/core"
import type { Options } from "./options.ts"
import { type Cell, table } from "./output/table.ts"
import { printJson } from "./output/terminal.ts"
import { fromNow, shortDuration } from "./output/times.ts"
import { withSluice } from "./with-sluice.ts"

type Run = (options: Options, words: readonly string[]) => Promise<number>

/** Prints what is paused: queues, names and concurrency keys. */
export async function listPauses(options: Options): Promise<number> {
  const pauses = await withSluice(options, (sluice) => sluice.listPauses())
  if (options.json) printJson({ pauses })
  else if (pauses.length === 0) console.log("Nothing is paused.")
  else console.log(table(["kind", "paused", "since", "until"], pauses.map(row)))
  return 0
}

function row({ kind, target, pausedAt, until }: Pause): Cell[] {
  return [kind, target, fromNow(pausedAt), until === null ? "resumed" : fromNow(until)]
}

export const pauseQueue = pausing("queue", (sluice, ...given) => sluice.pauseQueue(...given))
export const resumeQueue = resuming("queue", (sluice, name) => sluice.resumeQueue(name))
export const pauseName = pausing("name", (sluice, ...given) => sluice.pauseName(...given))
export const resumeName = resuming("name", (sluice, name) => sluice.resumeName(name))
export const pauseKey = pausing("key", (sluice, ...given) => sluice.pauseKey(...given))
export const resumeKey = resuming("key", (sluice, name) => sluice.resumeKey(name))
export const pauseSchedule = pausing("schedule", (sluice, ...given) => sluice.pauseSchedule(...given))
export const resumeSchedule = resuming("schedule", (sluice, key) => sluice.resumeSchedule(key))

function pausing(
  kind: string,
  pause: (sluice: Sluice, target: string, how: PauseOptions) => Promise<void>,
): Run {
  return async (options, words) => {
    const [name] = words as [string]
    await withSluice(options, (sluice) => pause(sluice, name, pauseOptions(options)))
    if (options.json) printJson({ name, paused: true })
    else console.log(`The ${kind} ${name} is paused${untilWords(options)}.`)
    return 0
  }
}

function resuming(kind: string, resume: (sluice: Sluice, target: string) => Promise<void>): Run {
  return async (options, words) => {
    const [name] = words as [string]
    await withSluice(options, (sluice) => resume(sluice, name))
    if (options.json) printJson({ name, paused: false })
    else console.log(`The ${kind} ${name} is not paused.`)
    return 0
  }
}

/** How lists show a pause. */
export function pauseCell(paused: boolean, until: Date | null): Cell {
  if (!paused) return ""
  return [until === null ? "paused" : `ends ${fromNow(until)}`, "yellow"]
}

/** Core checks them. */
function pauseOptions({ until, for: duration }: Options): PauseOptions {
  return { ...(until !== undefined && { until }), ...(duration !== undefined && { for: duration }) }
}

function untilWords({ until, for: duration }: Options): string {
  if (duration !== undefined) return ` for ${shortDuration(Number(duration) * 1_000)}`
  return until === undefined ? " until it is resumed" : ` until ${until}`
}
