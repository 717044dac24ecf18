import { createHash, timingSafeEqual } from "node:crypto"
import { InvalidInputError } from "@sluice/core"
import type { MiddlewareHandler } from "hono"
import { refuse } from "../messages/problem.ts"

/** Accepts requests with one of the keys as `Authorization: Bearer <key>`, and refuses others with 401. */
export function authorize(apiKey: string | readonly string[]): MiddlewareHandler {
  const digests = parseKeys(apiKey).map(digestOf)
  return (context, next) => {
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

function parseKeys(apiKey: string | readonly string[]): string[] {
  const keys = (typeof apiKey === "string" ? apiKey.split(",") : (apiKey ?? [])).map((key) => key.trim())
  if (keys.length === 0 || keys.includes("")) {
    throw new InvalidInputError(
      "invalid_api_key",
      "apiKey is missing or empty; the API is not served without a key",
      { path: ["apiKey"] },
    )
  }
  if (!keys.every((key) => /^[\x21-\x7e]+$/.test(key))) {
    throw new InvalidInputError(
      "invalid_api_key",
      "apiKey contains a character that can't be sent in a header; use visible ASCII characters without spaces",
      { path: ["apiKey"] },
    )
  }
  return keys
}

function bearerToken(header: string | undefined): string | undefined {
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
