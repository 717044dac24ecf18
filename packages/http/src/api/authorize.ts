import { createHash, timingSafeEqual } from "node:crypto"
import type { MiddlewareHandler } from "hono"
import { type Keys, missingKeyError, parseKeys } from "../messages/missing-key.ts"
import { refuse } from "../messages/problem.ts"

/** Accepts requests with one of the keys as `Authorization: Bearer <key>`, and refuses others with 401; all, if it has no key. */
export function authorize(apiKey: Keys): MiddlewareHandler {
  const digests = parseKeys(apiKey).map(digestOf)
  return (context, next) => {
    if (digests.length === 0) throw missingKeyError("createApp's apiKey")
    const token = bearerToken(context.req.header("authorization"))
    if (token === undefined) {
      return unauthorized("missing_key", "Send the API key as 'Authorization: Bearer <key>'", "Bearer")
    }
    if (!isOneOf(digests, token)) {
      return unauthorized("wrong_key", "The API key is wrong", 'Bearer error="invalid_token"')
    }
    return next()
  }
}

export function bearerToken(header: string | undefined): string | undefined {
  return header?.match(/^bearer +(\S+) *$/i)?.[1]
}

// Digests all have the same length, so the comparison takes the same time whatever was sent. It checks every key.
function isOneOf(digests: readonly Buffer[], token: string): boolean {
  const digest = digestOf(token)
  return digests.map((known) => timingSafeEqual(known, digest)).includes(true)
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest()
}

function unauthorized(code: string, detail: string, challenge: string): never {
  return refuse({ status: 401, code, detail, headers: { "www-authenticate": challenge } })
}
