/** Cuts an execution off. Its signal is made when somebody asks for it: most jobs are over before anybody does. */
export class Cancellation {
  /** Why it was cut off; undefined while it goes on. */
  reason: Error | undefined
  #controller: AbortController | undefined

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.reason) this.#controller.abort(this.reason)
    return this.#controller.signal
  }

  /** The first reason counts. */
  abort(reason: Error): void {
    this.reason ??= reason
    this.#controller?.abort(this.reason)
  }
}
