/** Stands between what executions do and the outside: statements, HTTP requests and timers. */
export interface Watch {
  /** Waits while it is frozen. Undefined: it isn't. */
  readonly held: Promise<void> | undefined
  /** Called when an operation is about to be sent. Undefined: the execution is dead, and nothing is sent. */
  begin(label: string): Operation | undefined
  /** Called when an operation has been carried out, or has failed. Its answer arrives when this resolves, which may be never. */
  end(operation: Operation): Promise<void>
  /** Called with each connection whose statement an execution sends. */
  use(client: object): void
  /** Called with each connection that an execution takes from a pool of `pg`. */
  lend(client: LentClient): void
  addTimer(clear: () => void): void
}

export interface Operation {
  readonly label: string
  /** Which one it is of those with its label, the first is 1. */
  readonly number: number
}

export interface LentClient {
  release(error?: Error | boolean): void
}

/** Sends an operation and returns its answer, if the watch lets it. */
export async function perform<Value>(
  watch: Watch,
  label: string,
  send: () => Promise<Value>,
): Promise<Value> {
  if (watch.held) await watch.held
  const operation = watch.begin(label)
  if (!operation) return never()
  try {
    return await send()
  } finally {
    await watch.end(operation)
  }
}

/** As an answer is that never comes. */
export function never(): Promise<never> {
  return new Promise(() => {})
}
