import { availableParallelism } from "node:os"
import { inspect } from "node:util"
import { parentPort, Worker, workerData } from "node:worker_threads"
import { refuse } from "../checks/validate.ts"
import { SluiceError, Snooze } from "../errors.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { ThreadExecutor } from "../job/executor.ts"
import type { JobContext } from "../job/job-context.ts"
import type { Logger } from "../logger.ts"
import { answerTo, type ExecutionEvent, executionEvent, resultOf } from "./execution.ts"

/** Threads of one module: more of them than processors would only slow each other down. */
const MOST_THREADS = availableParallelism()
/** Share of an execution's time that may pass while all threads are busy. Then the job is put back, uncharged. */
const LONGEST_WAIT = 0.1
const NO_THREAD_WAIT = "1s"
/** Tells a thread that was started here from the threads of others. */
const OURS = "sluice.thread"

/**
 * Performs the definition's `perform` in a worker thread, so that work which computes for long neither holds up the
 * other jobs nor the drainer. At its timeout, and at the drain's deadline, the thread is ended in mid-work. Payloads
 * are copied to the thread as by `structuredClone`; memory is not shared.
 *
 * @param module The `import.meta.url` of the file that has the definition. The thread loads it again: in a bundle that
 * is the bundle, and nothing has to be copied beside it. Throws `InvalidInputError` for what is no URL.
 */
export function thread(module: string | URL): ThreadExecutor {
  if (!URL.canParse(String(module)))
    refuse("invalid_module", module, ["thread"], "import.meta.url of the file that defines the job")
  const threads = threadsOf(String(module))
  return {
    adopt(name, perform) {
      if (workerData === OURS) performHere(name, perform)
    },
    perform: (payload, context) => threads.perform(payload, context),
    end: () => threads.end(),
  }
}

interface Threads {
  perform(payload: unknown, context: JobContext): Promise<unknown>
  /** Ends the threads that have nothing to do. Those of another drain of this process go on. */
  end(): Promise<void>
}

/** By module, because all definitions of a bundle share its threads. */
const threadsByModule = new Map<string, Threads>()

function threadsOf(module: string): Threads {
  const threads = threadsByModule.get(module) ?? createThreads(module)
  threadsByModule.set(module, threads)
  return threads
}

function createThreads(module: string): Threads {
  const alive = new Set<Thread>()
  const idle: Thread[] = []
  const waiting = new Set<(thread: Thread) => void>()

  return {
    async perform(payload, context) {
      context.signal.throwIfAborted()
      const thread = idle.pop() ?? (alive.size < MOST_THREADS ? start() : await nextFree(context))
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

  function start(): Thread {
    const thread = startThread(module, () => {
      alive.delete(thread)
      if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1)
      takeWaiting()?.(start())
    })
    alive.add(thread)
    return thread
  }

  function release(thread: Thread): void {
    if (!alive.has(thread)) return
    const take = takeWaiting()
    if (take) take(thread)
    else idle.push(thread)
  }

  function takeWaiting() {
    const [first] = waiting
    if (first) waiting.delete(first)
    return first
  }

  async function nextFree({ signal, deadlineAt }: JobContext): Promise<Thread> {
    const { promise, resolve, reject } = Promise.withResolvers<Thread>()
    const timer = setTimeout(
      () => reject(new Snooze(NO_THREAD_WAIT, "All threads are busy")),
      (deadlineAt.getTime() - Date.now()) * LONGEST_WAIT,
    )
    const cut = () => reject(signal.reason)
    signal.addEventListener("abort", cut)
    waiting.add(resolve)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener("abort", cut)
      waiting.delete(resolve)
    }
  }
}

interface Thread {
  /** One at a time. When `context.signal` aborts the thread is ended first, so that nothing of the job goes on. */
  perform(event: ExecutionEvent, context: JobContext): Promise<unknown>
  end(): Promise<unknown>
}

type Message =
  | { readonly kind: "answer"; readonly answer: unknown }
  | {
      readonly kind: "log"
      readonly level: keyof Logger
      readonly message: string
      readonly details?: Record<string, unknown>
    }

function startThread(module: string, onEnd: () => void): Thread {
  const worker = new Worker(new URL(module), { workerData: OURS, name: "sluice" })
  let current: (PromiseWithResolvers<unknown> & { log: Logger }) | undefined
  worker.on("message", (message: Message | undefined | null) => {
    if (message?.kind === "answer") current?.resolve(message.answer)
    // of other kinds are those that the job, or a library of its, posts for itself
    else if (message?.kind === "log") current?.log[message.level]?.(message.message, message.details)
  })
  worker.on("error", (error) => current?.reject(error)) // what nobody caught in there
  worker.on("exit", (code) => {
    onEnd()
    current?.reject(new SluiceError("thread_ended", `The thread of ${module} ended with exit code ${code}`))
  })
  return {
    async perform(event, { signal, log }) {
      current = { ...Promise.withResolvers<unknown>(), log }
      const kill = () => void worker.terminate()
      signal.addEventListener("abort", kill)
      try {
        worker.postMessage(event)
        return await current.promise
      } finally {
        signal.removeEventListener("abort", kill)
        current = undefined
      }
    },
    end: () => worker.terminate(),
  }
}

/** What this thread can perform, by the job's name. */
const performs = new Map<string, AnyJobDefinition["perform"]>()

function performHere(name: string, perform: AnyJobDefinition["perform"]): void {
  if (performs.size === 0) parentPort?.on("message", answer)
  performs.set(name, perform)
}

async function answer(event: ExecutionEvent): Promise<void> {
  const { name } = event
  const perform = performs.get(name) ?? notDefined
  tell({
    kind: "answer",
    answer: await answerTo([{ name, perform }], event, { signal: never, log: threadLog }),
  })
}

function notDefined(_payload: unknown, { name }: JobContext): never {
  throw new SluiceError(
    "not_defined",
    `The module that was given to thread() does not define ${JSON.stringify(name)}: give import.meta.url of the file that does`,
  )
}

const never = new AbortController().signal

const logAt = (level: keyof Logger) => (message: string, details?: Record<string, unknown>) =>
  tell({ kind: "log", level, message, ...(details && { details: copyable(details) }) })
const threadLog: Logger = {
  debug: logAt("debug"),
  info: logAt("info"),
  warn: logAt("warn"),
  error: logAt("error"),
}

/** What can't be copied to another thread, such as a function, is told as text. */
function copyable(details: Record<string, unknown>): Record<string, unknown> {
  try {
    return structuredClone(details)
  } catch {
    return { details: inspect(details) }
  }
}

function tell(message: Message): void {
  parentPort?.postMessage(message)
}
