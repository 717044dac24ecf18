/** Returns the result of work of the app's, or rejects with the reason of the signal: nobody knows whether the work heeds it. */
export function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener("abort", onAbort)
  })
  return Promise.race([work, aborted])
}

/**
 * Returns the result of the work, or rejects when it has taken longer than this: with the error, or with one that says what took
 * so long.
 */
export async function withinMs<Value>(
  work: Promise<Value>,
  mostMs: number,
  late: string | (() => Error),
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    const giveUp = () =>
      reject(typeof late === "string" ? new Error(`${late} took longer than ${mostMs} ms`) : late())
    // if this timer is late itself, a result that has arrived meanwhile wins
    timer = setTimeout(() => setImmediate(giveUp), Math.max(0, mostMs))
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
