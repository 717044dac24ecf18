import { InvalidInputError } from "@sluice/core"
import { Webhook } from "standardwebhooks"

// Requests to perform are signed by the scheme of Standard Webhooks, symmetric (HMAC-SHA256):
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

/** Signs a body that is sent at this time. */
export function signatureHeaders(
  key: string,
  id: string,
  body: string,
  at = new Date(),
): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": signerOf(key).sign(id, at, body),
  }
}

/** Whether one of the keys has signed this body, not longer than 5 minutes ago. Compares in constant time. */
export function isSigned(keys: readonly string[], headers: Headers, body: string): boolean {
  return keys.map((key) => isSignedBy(signerOf(key), headers, body)).includes(true)
}

function isSignedBy(signer: Webhook, headers: Headers, body: string): boolean {
  try {
    signer.verify(body, Object.fromEntries(headers), { jsonParse: false })
    return true
  } catch {
    return false
  }
}

/** The key is a secret: its value is in no message. */
export function signerOf(key: string): Webhook {
  const bytes = /^whsec_[A-Za-z0-9+/]+=*$/.test(key) ? Buffer.from(key.slice(6), "base64").length : 0
  if (bytes >= 24 && bytes <= 64) return new Webhook(key)
  throw new InvalidInputError(
    "invalid_key",
    "The key is missing or no signing key: give whsec_ followed by 24 to 64 random bytes in base64, as of openssl rand -base64 32",
    { path: ["key"] },
  )
}
