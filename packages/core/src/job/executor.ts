import type { JobContext } from "./job-context.ts"

// biome-ignore lint/suspicious/noExplicitAny: the `perform` of any definition
export type Perform = (payload: any, context: JobContext) => unknown

/** Performs jobs outside of this app: in another function, behind an endpoint, … */
export interface Executor {
  /** As the `perform` of a definition: answers with the result or throws, also soon after `context.signal` aborts. */
  perform(payload: unknown, context: JobContext): Promise<unknown>
  /** Closes what is open and not in use. Called at the end of every drain, because Lambda freezes the process then. */
  end?(): Promise<void>
  readonly adopt?: undefined
}

/** Performs the definition's own `perform`, in another thread. */
export interface ThreadExecutor extends Omit<Executor, "adopt"> {
  /** Told by `defineJob`, in each thread that loads the definition. */
  adopt(name: string, perform: Perform): void
}
