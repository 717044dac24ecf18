/** Promises that are handed to a job, which may forget to await them. */
export interface HandedPromises {
  /** Starts work and returns its promise. A rejection that nobody handles doesn't end the process: `join` throws it. */
  hand<Value>(work: () => Promise<Value>): Promise<Value>
  /**
   * Waits for the work under way. Throws its error, or the first earlier one that nobody has awaited. `isIgnored`: errors that only
   * count if nobody has awaited them.
   */
  join(isIgnored: (error: unknown) => boolean): Promise<void>
  /** Waits for the work under way, whether it succeeds or fails. */
  settleAll(): Promise<void>
}

export function createHandedPromises(): HandedPromises {
  const underWay = new Set<Promise<unknown>>()
  const failed: { running: Promise<unknown>; promise: HandedPromise<unknown>; error: unknown }[] = []

  return {
    hand<Value>(work: () => Promise<Value>): Promise<Value> {
      const running = Promise.resolve().then(work)
      const promise = new HandedPromise<Value>((resolve) => resolve(running))
      promise.ignoreRejection()
      underWay.add(running)
      running.then(
        () => underWay.delete(running),
        (error) => {
          underWay.delete(running)
          failed.push({ running, promise, error })
        },
      )
      return promise
    },
    async join(isIgnored) {
      const joined = new Set(underWay)
      await Promise.allSettled(joined)
      const unhandled = failed.find(
        ({ running, promise, error }) => !promise.isAwaited || (joined.has(running) && !isIgnored(error)),
      )
      if (unhandled) throw unhandled.error
    },
    async settleAll() {
      await Promise.allSettled(underWay)
    },
  }
}

/** A promise that knows whether anybody awaits it. */
class HandedPromise<Value> extends Promise<Value> {
  static override get [Symbol.species]() {
    return Promise
  }

  isAwaited = false

  /** Also called by `await`, `Promise.all`, `catch`, `finally` and the like. */
  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<Result = Value, Failure = never>(
    onResolve?: ((value: Value) => Result | PromiseLike<Result>) | null,
    onReject?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    this.isAwaited = true
    return super.then(onResolve, onReject)
  }

  /** Prevents an unhandled rejection without counting as awaited. */
  ignoreRejection(): void {
    super.then(undefined, () => {})
  }
}
