import { InvalidInputError } from "@sluice/core"
import { Webhook } from "standardwebhooks"

// Requests are signed with the symmetric scheme of Standard Webhooks (HMAC-SHA256):
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

/** Signs a body that is sent at the time `at`. */
export function signatureHeaders(
  key: string | undefined,
  id: string,
  body: string,
  at = new Date(),
): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": createSigner(key).sign(id, at, body),
  }
}

/** Whether this body was signed with one of the keys within the last 5 minutes. Compares in constant time. */
export function isSigned(keys: readonly string[], headers: Headers, body: string): boolean {
  return keys.map((key) => isSignedBy(createSigner(key), headers, body)).includes(true)
}

function isSignedBy(signer: Webhook, headers: Headers, body: string): boolean {
  try {
    signer.verify(body, Object.fromEntries(headers), { jsonParse: false })
    return true
  } catch {
    return false
  }
}

/** Throws for an invalid key, without quoting it: the key is secret. */
export function createSigner(key: string | undefined): Webhook {
  if (key !== undefined && isSigningKey(key)) return new Webhook(key)
  throw new InvalidInputError(
    "invalid_key",
    "The key of http or createPerformHandler is missing or not a signing key: give whsec_ followed by 24 to 64 random bytes in base64, as from openssl rand -base64 32",
    { path: ["key"] },
  )
}

function isSigningKey(key: string): boolean {
  const bytes = /^whsec_[A-Za-z0-9+/]+=*$/.test(key) ? Buffer.from(key.slice(6), "base64").length : 0
  return bytes >= 24 && bytes <= 64
}
