import { setTimeout as wait } from "node:timers/promises"

/** Returns the result of work of the app's, or rejects with the reason of the signal: nobody knows whether the work heeds it. */
export async function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let forget = () => {}
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener("abort", onAbort)
    forget = () => signal.removeEventListener("abort", onAbort)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    forget()
  }
}

/** Returns the result of work of the app's, or rejects when it has taken longer than this. */
export async function withinMs<Value>(work: Promise<Value>, mostMs: number, what: string): Promise<Value> {
  const done = new AbortController()
  const tooLate = wait(mostMs, undefined, { signal: done.signal }).then(() => {
    throw new Error(`${what} took longer than ${mostMs} ms`)
  })
  tooLate.catch(() => {})
  try {
    return await Promise.race([work, tooLate])
  } finally {
    done.abort()
  }
}
