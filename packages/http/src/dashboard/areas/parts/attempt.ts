import { DatabaseUnavailableError, SchemaError, SluiceError } from "@sluice/core"
import type { Acted } from "../../page.ts"

/** Does the work, and says what has happened, or why core has refused it. Leads to `to` in any case. */
export async function attempt(to: string, work: () => Promise<string>): Promise<Acted> {
  try {
    return { to, notice: await work() }
  } catch (error) {
    return { to, notice: refusalOf(error), isFailure: true }
  }
}

/** What core says of a refusal. Throws what is none. */
export function refusalOf(error: unknown): string {
  if (!(error instanceof SluiceError)) throw error
  if (error instanceof DatabaseUnavailableError || error instanceof SchemaError) throw error
  return error.message
}
