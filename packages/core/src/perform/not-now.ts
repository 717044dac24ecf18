import { isTemporary } from "../database/sqlstate.ts"
import { SluiceError } from "../errors.ts"

/**
 * The database can't provide what an execution needs at the moment. That isn't the job's fault: it is put back and no
 * attempt is charged.
 */
export class NotNowError extends SluiceError {
  static override readonly name: string = "NotNowError"
}

/** Turns temporary errors of Sluice's own statements into `NotNowError`. */
export async function temporaryToNotNow<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    if (!isTemporary(error)) throw error
    const message = `The database is temporarily unable to do what the job needs: ${String(error)}`
    throw new NotNowError("not_now", message, { cause: error })
  }
}
