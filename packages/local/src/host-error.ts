import { SluiceError } from "@sluice/core"

/**
 * The local host refused a request or failed. `code` is the name of AWS's exception where there is one
 * (`ResourceNotFoundException`, `TooManyRequestsException`, …), `status` its HTTP status on AWS.
 */
export class HostError extends SluiceError {
  readonly status: number

  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(code, message, options)
    this.status = status
  }
}
