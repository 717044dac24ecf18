import { createHash, timingSafeEqual } from "node:crypto"
import type { Principal } from "@sluice/core"
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
  const apiKey = findEqual(apiKeys, given)
  if (apiKey !== undefined) return { principal: environment, apiKey }
  const principal = await sluice.verifyApiKey(given)
  return principal && { principal, secretHash: digestOf(given).toString("hex") }
}

export const environment: Principal = { id: "environment", name: "API key", role: "admin" }

/** Takes the same time whichever key it is, and whether it is one. */
function findEqual(keys: readonly string[], given: string): string | undefined {
  const digest = digestOf(given)
  return keys.filter((key) => timingSafeEqual(digestOf(key), digest))[0]
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest()
}
