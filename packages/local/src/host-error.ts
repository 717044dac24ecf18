import { SluiceError } from "@sluice/core"

/**
 * The local host refuses or can't. `code` is the name of AWS's exception where there is one
 * (`ResourceNotFoundException`, `TooManyRequestsException`, …), `status` the HTTP status that AWS gives it.
 */
export class HostError extends SluiceError {
  readonly status: number

  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(code, message, options)
    this.status = status
  }
}
