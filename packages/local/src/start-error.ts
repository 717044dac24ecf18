/** Sluice could not start on this machine, for a reason that its user can fix. The message says how, in one line. */
export class StartError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "StartError"
    this.code = code
  }
}
