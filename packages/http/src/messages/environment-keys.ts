import { createHash, timingSafeEqual } from "node:crypto"
import type { Principal } from "@sluice/core"

/** Whoever has a key that the app was given may do everything. */
export const ENVIRONMENT: Principal = { id: "environment", name: "API key", role: "admin" }

/**
 * Finds which of the keys was given. Digests all have the same length, so the comparison takes the same time whatever was given; it
 * checks every key.
 */
export function createKeyFinder(keys: readonly string[]): (given: string) => string | undefined {
  const known = keys.map((key) => ({ key, digest: digestOf(key) }))
  return (given) => {
    const digest = digestOf(given)
    return known.filter((one) => timingSafeEqual(one.digest, digest))[0]?.key
  }
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest()
}
