import { inspect } from "node:util"
import { parentPort, workerData } from "node:worker_threads"
import { sharedByCopies } from "../checks/shared-by-copies.ts"
import { SluiceError } from "../errors.ts"
import type { Perform } from "../job/executor.ts"
import type { JobContext } from "../job/job-context.ts"
import type { Logger } from "../logger.ts"
import { answerTo } from "./answer-to.ts"
import type { ExecutionEvent } from "./execution-event.ts"

// What runs in a worker thread: it receives events from the drainer and posts answers and log lines.

/** Distinguishes threads that Sluice has started from those of others. */
export const THREAD_MARK = "sluice.thread"

export type ThreadMessage =
  | { readonly kind: "answer"; readonly answer: unknown }
  | {
      readonly kind: "log"
      readonly level: keyof Logger
      readonly message: string
      readonly details?: Record<string, unknown>
    }

export function isInThread(): boolean {
  return workerData === THREAD_MARK
}

/** What this thread can perform, by the job's name. The first copy of this package answers for all of them. */
const performs = sharedByCopies("performs", () => new Map<string, Perform>())

/** Adds a job to those that this thread performs. */
export function performInThread(name: string, perform: Perform): void {
  if (performs.size === 0) parentPort?.on("message", answer)
  performs.set(name, perform)
}

async function answer(event: ExecutionEvent): Promise<void> {
  const { name } = event
  const perform = performs.get(name) ?? refuseUndefined
  post({
    kind: "answer",
    answer: await answerTo([{ name, perform }], event, { signal: neverAborts, log: threadLog }),
  })
}

function refuseUndefined(_payload: unknown, { name }: JobContext): never {
  throw new SluiceError(
    "not_defined",
    `The module passed to thread() doesn't define the job ${JSON.stringify(name)}: pass import.meta.url of the file that does`,
  )
}

const neverAborts = new AbortController().signal // the thread is terminated instead

const logAt = (level: keyof Logger) => (message: string, details?: Record<string, unknown>) =>
  post({ kind: "log", level, message, ...(details && { details: toCloneable(details) }) })
const threadLog: Logger = {
  debug: logAt("debug"),
  info: logAt("info"),
  warn: logAt("warn"),
  error: logAt("error"),
}

/** Details that can't be copied to another thread, such as functions, become text. */
function toCloneable(details: Record<string, unknown>): Record<string, unknown> {
  try {
    return structuredClone(details)
  } catch {
    return { details: inspect(details) }
  }
}

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}
