import { JobCanceledError, SluiceError } from "../errors.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"

/** Aborts one execution. Its signal is created when it is first read, because most jobs end before anybody reads it. */
export class Cancellation {
  /** Why the execution was aborted; undefined as long as it may continue. */
  reason: Error | undefined
  #controller: AbortController | undefined

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.reason) this.#controller.abort(this.reason)
    return this.#controller.signal
  }

  /** The first reason stays. */
  abort(reason: Error): void {
    this.reason ??= reason
    this.#controller?.abort(this.reason)
  }
}

/** Aborts an execution because somebody has canceled its job. */
export function canceledError({ id, name }: ClaimedJob): JobCanceledError {
  return new JobCanceledError(
    "job_canceled",
    `The job ${JSON.stringify(name)} with the id ${id} was canceled`,
  )
}

/** Aborts executions because the drain ends: the job is put back and no attempt is charged. */
export class DrainEndingError extends SluiceError {
  static override readonly name: string = "DrainEndingError"
}

/** The drain ends at its deadline, not because it was told to stop: a job that is aborted again and again may never fit. */
export class DrainDeadlineError extends DrainEndingError {
  static override readonly name: string = "DrainDeadlineError"
}
