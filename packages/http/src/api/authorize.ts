import { createHash, timingSafeEqual } from "node:crypto"
import { ForbiddenError, includesRole, InvalidInputError, type Principal, type Sluice } from "@sluice/core"
import type { Context, MiddlewareHandler } from "hono"
import { matchedRoutes } from "hono/route"
import { isMissing, type Keys, missingKeyError } from "../messages/missing-key.ts"
import { refuse } from "../messages/problem.ts"
import { actAs } from "./acting-sluice.ts"
import type { RateLimiter } from "./rate-limit.ts"
import { ROUTE_ROLES } from "./roles.ts"

/** Whoever has the key of the environment may do everything. */
const ENVIRONMENT: Principal = { id: "environment", name: "environment", role: "admin" }

/**
 * Accepts requests with a key as `Authorization: Bearer <key>`, one of those given or one that `createApiKey` has made. It refuses
 * others with 401, those whose role is too low for the route with 403, and those that come too often with 429.
 */
export function authorize(apiKey: Keys, sluice: Sluice, limiter: RateLimiter): MiddlewareHandler {
  const digests = parseKeys(apiKey).map(digestOf)
  return async (context, next) => {
    const token = bearerToken(context.req.header("authorization"))
    const principal = token === undefined ? undefined : await principalOf(token)
    if (principal === undefined) {
      if (digests.length === 0) throw missingKeyError("createApp's apiKey")
      return refuseKey(token)
    }
    limiter.count(principal, context)
    assertMayCall(principal, context)
    context.set("principal", principal)
    return actAs(sluice, principal, next)
  }

  async function principalOf(token: string): Promise<Principal | undefined> {
    return isOneOf(digests, token) ? ENVIRONMENT : sluice.verifyApiKey(token)
  }
}

/** Who sends the request, once it was authorized. */
export function principalOf(context: Context): Principal {
  return context.get("principal")
}

/** What isn't found, or doesn't allow the method, is answered so to anybody who has a key. */
function assertMayCall(principal: Principal, context: Context): void {
  const method = context.req.method === "HEAD" ? "GET" : context.req.method
  const route = matchedRoutes(context).find((matched) => matched.method === method)
  if (route === undefined) return
  const needed = ROUTE_ROLES[`${method} ${route.path}`]
  if (needed === undefined) throw new Error(`${method} ${route.path} has no role: give it one in roles.ts`)
  if (includesRole(principal.role, needed)) return
  throw new ForbiddenError(
    "forbidden",
    `The key ${JSON.stringify(principal.name)} has the role ${principal.role}: this needs the role ${needed}`,
  )
}

function parseKeys(apiKey: Keys): string[] {
  const given: readonly unknown[] = typeof apiKey === "string" ? apiKey.split(",") : [apiKey].flat()
  const keys = given.filter((key) => !isMissing(key)).map(trimKey)
  if (!keys.every((key) => /^[\x21-\x7e]+$/.test(key))) {
    throw new InvalidInputError(
      "invalid_api_key",
      "apiKey contains a character that can't be sent in a header; use visible ASCII characters without spaces",
      { path: ["apiKey"] },
    )
  }
  return keys
}

function trimKey(key: unknown): string {
  if (typeof key === "string") return key.trim()
  throw new InvalidInputError(
    "invalid_api_key",
    `apiKey is or contains a ${typeof key}: give a key as text, or a list of keys`,
    { path: ["apiKey"] },
  )
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

function refuseKey(token: string | undefined): never {
  if (token === undefined)
    return unauthorized("missing_key", "Send the API key as 'Authorization: Bearer <key>'", "Bearer")
  return unauthorized("wrong_key", "The API key is wrong", 'Bearer error="invalid_token"')
}

function unauthorized(code: string, detail: string, challenge: string): never {
  return refuse({ status: 401, code, detail, headers: { "www-authenticate": challenge } })
}
