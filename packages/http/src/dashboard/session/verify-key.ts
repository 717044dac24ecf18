import { createHash } from "node:crypto"
import type { Principal } from "@sluice/core"
import { createKeyFinder, ENVIRONMENT } from "../../messages/environment-keys.ts"
import type { Settings } from "../options.ts"

export interface KeyOwner {
  readonly principal: Principal
  /** Set if it is one of the options. */
  readonly apiKey?: string
  /** Set if it is one of the database: the SHA-256 of its secret. Nobody gets in with that. */
  readonly secretHash?: string
}

/** Whose key it is: the environment's, or one that the database knows. */
export async function verifyKey({ apiKeys, sluice }: Settings, given: string): Promise<KeyOwner | undefined> {
  const apiKey = createKeyFinder(apiKeys)(given)
  if (apiKey !== undefined) return { principal: ENVIRONMENT, apiKey }
  const principal = await sluice.verifyApiKey(given)
  return principal && { principal, secretHash: createHash("sha256").update(given).digest("hex") }
}
