import type { JobContext } from "./job-context.ts"

// biome-ignore lint/suspicious/noExplicitAny: the `perform` of any definition
export type Perform = (payload: any, context: JobContext) => unknown

/** Performs jobs outside this app: in another function, behind an HTTP endpoint, … */
export interface Executor {
  /** Like `perform` of a definition: returns the result or throws, also soon after `context.signal` aborts. */
  perform(payload: unknown, context: JobContext): Promise<unknown>
  /** Closes what is open but not in use. Called at the end of each drain, because Lambda may freeze the process then. */
  end?(): Promise<void>
  readonly adopt?: undefined
}

/** Performs the definition's own `perform` in a worker thread. */
export interface ThreadExecutor extends Omit<Executor, "adopt"> {
  /** Called by `defineJob`, in each thread that loads the definition. */
  adopt(name: string, perform: Perform): void
}
