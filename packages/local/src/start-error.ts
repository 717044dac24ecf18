/** Starting Sluice on this machine failed in a way its user can mend. The message is one line that says how. */
export class StartError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "StartError"
    this.code = code
  }
}
