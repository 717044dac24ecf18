import type { PauseOptions, QueueSnapshot } from "@sluice/core"
import type { Options } from "./options.ts"
import { type Cell, table } from "./output/table.ts"
import { printJson } from "./output/terminal.ts"
import { fromNow, shortDuration } from "./output/times.ts"
import { withSluice } from "./with-sluice.ts"

/** Prints the queues with what they hold. */
export async function listQueues(options: Options): Promise<number> {
  const queues = await withSluice(options, (sluice) => sluice.listQueues())
  if (options.json) printJson({ queues })
  else if (queues.length === 0) console.log("No queue has jobs, a pause or a limit.")
  else
    console.log(
      table(["queue", "ready", "scheduled", "blocked", "running", "oldest", "paused"], queues.map(row)),
    )
  return 0
}

function row({ name, ready, scheduled, blocked, running, oldestReadyAt, ...queue }: QueueSnapshot): Cell[] {
  const oldest = oldestReadyAt ? shortDuration(Math.max(0, Date.now() - oldestReadyAt.getTime())) : ""
  return [name, ready, scheduled, blocked, running, oldest, pauseCell(queue.paused, queue.pausedUntil)]
}

export function pauseCell(paused: boolean, until: Date | null): Cell {
  if (!paused) return ""
  return [until === null ? "paused" : `ends ${fromNow(until)}`, "yellow"]
}

/** Keeps the jobs of a queue from starting. */
export async function pauseQueue(options: Options, words: readonly string[]): Promise<number> {
  const [name] = words as [string]
  await withSluice(options, (sluice) => sluice.pauseQueue(name, pauseOptions(options)))
  return say(options, { name, paused: true }, `The queue ${name} is paused${untilWords(options)}.`)
}

export async function resumeQueue(options: Options, words: readonly string[]): Promise<number> {
  const [name] = words as [string]
  await withSluice(options, (sluice) => sluice.resumeQueue(name))
  return say(options, { name, paused: false }, `The queue ${name} is not paused.`)
}

/** When a pause ends, as the options say. Core checks them. */
export function pauseOptions({ until, for: duration }: Options): PauseOptions {
  return { ...(until !== undefined && { until }), ...(duration !== undefined && { for: duration }) }
}

/** The end of the pause, for people. */
export function untilWords({ until, for: duration }: Options): string {
  if (duration !== undefined) return ` for ${shortDuration(Number(duration) * 1_000)}`
  return until === undefined ? " until it is resumed" : ` until ${until}`
}

function say({ json }: Options, result: object, sentence: string): number {
  if (json) printJson(result)
  else console.log(sentence)
  return 0
}
