import { availableParallelism } from "node:os"
import { sharedByCopies } from "../checks/shared-by-copies.ts"
import { withResolvers } from "../checks/with-resolvers.ts"
import { Snooze } from "../job/control-errors.ts"
import type { JobContext } from "../job/job-context.ts"
import { resultOf } from "./answer.ts"
import { executionEvent } from "./execution-event.ts"
import { startThread, type Thread } from "./worker-thread.ts"

/** Threads of one module: more of them than processors would only slow each other down. */
const MAX_THREADS = availableParallelism()
/** Share of an execution's time that it may wait for a thread. Then the job is put back and no attempt is charged. */
const MAX_WAIT_SHARE = 0.1
const NO_THREAD_WAIT = "1s"

/** The threads of one module. */
export interface ThreadPool {
  perform(payload: unknown, context: JobContext): Promise<unknown>
  /** Ends idle threads. Those that work for another drain of this process continue. */
  end(): Promise<void>
}

/** By module, because all definitions of a bundle share its threads. */
const pools = sharedByCopies("thread pools", () => new Map<string, ThreadPool>())

export function threadPoolOf(module: string): ThreadPool {
  const pool = pools.get(module) ?? createThreadPool(module)
  pools.set(module, pool)
  return pool
}

type OnThread = (thread: Thread) => void

function createThreadPool(module: string): ThreadPool {
  const alive = new Set<Thread>()
  const idle: Thread[] = []
  const waiting = new Set<OnThread>()

  return {
    async perform(payload, context) {
      context.signal.throwIfAborted()
      const thread = await acquire(context)
      try {
        const answer = await thread.perform(executionEvent(payload, context), context)
        return resultOf(answer, `The thread of ${module}`, context.log)
      } finally {
        release(thread)
      }
    },
    async end() {
      await Promise.all(idle.splice(0).map((thread) => thread.end()))
    },
  }

  function acquire(context: JobContext): Thread | Promise<Thread> {
    const free = idle.pop()
    if (free) return free
    return alive.size < MAX_THREADS ? start() : waitForThread(waiting, context)
  }

  function release(thread: Thread): void {
    if (!alive.has(thread)) return
    const next = takeFirst(waiting)
    if (next) next(thread)
    else idle.push(thread)
  }

  function start(): Thread {
    const thread = startThread(module, () => replace(thread))
    alive.add(thread)
    return thread
  }

  /** Whoever waits for a thread gets a new one when one has ended. */
  function replace(ended: Thread): void {
    alive.delete(ended)
    if (idle.includes(ended)) idle.splice(idle.indexOf(ended), 1)
    takeFirst(waiting)?.(start())
  }
}

function takeFirst(waiting: Set<OnThread>): OnThread | undefined {
  const [first] = waiting
  if (first) waiting.delete(first)
  return first
}

async function waitForThread(waiting: Set<OnThread>, { signal, deadlineAt }: JobContext): Promise<Thread> {
  const { promise, resolve, reject } = withResolvers<Thread>()
  const giveUp = () => reject(new Snooze(NO_THREAD_WAIT, "All threads are busy"))
  const abort = () => reject(signal.reason)
  const timer = setTimeout(giveUp, (deadlineAt.getTime() - Date.now()) * MAX_WAIT_SHARE)
  signal.addEventListener("abort", abort)
  waiting.add(resolve)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener("abort", abort)
    waiting.delete(resolve)
  }
}
