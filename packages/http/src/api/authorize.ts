import { ForbiddenError, includesRole, type Principal, type Role, type Sluice } from "@sluice/core"
import type { Context, MiddlewareHandler } from "hono"
import { createKeyFinder, ENVIRONMENT } from "../messages/environment-keys.ts"
import { type Keys, missingKeyError, parseKeys } from "../messages/missing-key.ts"
import { refuse } from "../messages/problem.ts"
import { createActAs } from "./acting-sluice.ts"
import type { RateLimiter } from "./rate-limit.ts"

/**
 * Accepts requests with a key as `Authorization: Bearer <key>`: one of those given, or one that `createApiKey` has made. Others are
 * refused with 401, and those that come too often with 429.
 */
export function authorize(apiKey: Keys, sluice: Sluice, limiter: RateLimiter): MiddlewareHandler {
  const keys = parseKeys(apiKey)
  const findKey = createKeyFinder(keys)
  const actAs = createActAs(sluice)
  return async (context, next) => {
    const token = bearerToken(context.req.header("authorization"))
    const principal = token === undefined ? undefined : await verify(token)
    if (principal === undefined) return refuseKey(token, keys.length > 0)
    limiter.count(principal, context)
    principals.set(context.req.raw, principal)
    return actAs(principal, next)
  }

  async function verify(token: string): Promise<Principal | undefined> {
    return findKey(token) === undefined ? sluice.verifyApiKey(token) : ENVIRONMENT
  }
}

/** By request, because routes that are loaded later have a context of their own. */
const principals = new WeakMap<Request, Principal>()

/** Who sends the request. */
export function principalOf(context: Context): Principal {
  return principals.get(context.req.raw) as Principal
}

/** Throws `ForbiddenError` if who sends the request has no such role. */
export function assertMayCall(context: Context, needed: Role): void {
  const { name, role } = principalOf(context)
  if (includesRole(role, needed)) return
  throw new ForbiddenError(
    "forbidden",
    `The key ${JSON.stringify(name)} has the role ${role}: this needs the role ${needed}`,
  )
}

export function bearerToken(header: string | undefined): string | undefined {
  return header?.match(/^bearer +(\S+) *$/i)?.[1]
}

function refuseKey(token: string | undefined, isConfigured: boolean): never {
  if (!isConfigured) throw missingKeyError("createApp's apiKey")
  if (token === undefined)
    return unauthorized("missing_key", "Send the API key as 'Authorization: Bearer <key>'", "Bearer")
  return unauthorized("wrong_key", "The API key is wrong", 'Bearer error="invalid_token"')
}

function unauthorized(code: string, detail: string, challenge: string): never {
  return refuse({ status: 401, code, detail, headers: { "www-authenticate": challenge } })
}
