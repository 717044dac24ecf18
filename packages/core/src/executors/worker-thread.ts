import { Worker } from "node:worker_threads"
import { withResolvers } from "../checks/with-resolvers.ts"
import { SluiceError } from "../errors.ts"
import type { JobContext } from "../job/job-context.ts"
import type { Logger } from "../logger.ts"
import type { ExecutionEvent } from "./execution-event.ts"
import { THREAD_MARK, type ThreadMessage } from "./in-thread.ts"

/** A worker thread, seen from the drainer. */
export interface Thread {
  /** Performs one execution at a time. When the context's signal aborts, the thread is terminated before this rejects. */
  perform(event: ExecutionEvent, context: JobContext): Promise<unknown>
  end(): Promise<unknown>
}

interface RunningExecution extends ReturnType<typeof withResolvers<unknown>> {
  readonly log: Logger
}

export function startThread(module: string, onEnd: () => void): Thread {
  const worker = new Worker(new URL(module), { workerData: THREAD_MARK, name: "sluice" })
  let current: RunningExecution | undefined
  worker.on("message", (message: ThreadMessage | undefined | null) => {
    if (message?.kind === "answer") current?.resolve(message.answer)
    // the job, or a library of its, may post messages of other kinds for itself
    else if (message?.kind === "log") current?.log[message.level]?.(message.message, message.details)
  })
  worker.on("error", (error) => current?.reject(error)) // an uncaught error of the thread
  worker.on("exit", (code) => {
    onEnd()
    current?.reject(new SluiceError("thread_ended", `The thread of ${module} ended with exit code ${code}`))
  })
  return {
    async perform(event, { signal, log }) {
      current = { ...withResolvers<unknown>(), log }
      const terminate = () => void worker.terminate()
      signal.addEventListener("abort", terminate)
      try {
        worker.postMessage(event)
        return await current.promise
      } finally {
        signal.removeEventListener("abort", terminate)
        current = undefined
      }
    },
    end: () => worker.terminate(),
  }
}
