import { assertFunction, assertRecord, refuse } from "@sluice/core/checks"
import { decode, verify } from "hono/jwt"
import { fetchKeys } from "./fetch-keys.ts"
import { type Claims, type Identify, principalOf, type RoleOf } from "./identity.ts"
import { createKeySet } from "./key-set.ts"

export interface JwtIdentityOptions {
  /** The header that has the token: `cf-access-jwt-assertion`, or `authorization` with `Bearer` before it. */
  readonly header: string
  /** What its `iss` must be. */
  readonly issuer: string
  /** What its `aud` must be or contain, or one of them. */
  readonly audience: string | readonly string[]
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string
  readonly roleOf: RoleOf
  /** Default `["RS256", "ES256"]`. */
  readonly algorithms?: readonly Algorithm[]
}

type Algorithm = "RS256" | "RS384" | "RS512" | "ES256" | "ES384" | "ES512" | "EdDSA"

/**
 * Believes a token of a login service after its signature, issuer, audience and times were checked. Whoever can reach the
 * dashboard can send the header, so nothing else in it counts.
 */
export function jwtIdentity(options: JwtIdentityOptions): Identify {
  checkOptions("jwtIdentity", options, ["header", "issuer", "jwksUrl"])
  const { header, issuer, audience, jwksUrl, roleOf, algorithms = ["RS256", "ES256"] } = options
  const keys = createKeySet(jwksUrl)
  const audiences = [audience].flat()
  if (audiences.length === 0 || !audiences.every(isText))
    refuse(
      "invalid_option",
      audience,
      ["jwtIdentity", "audience"],
      "what the tokens for this app have as `aud`",
    )
  return async (headers) => {
    const token = headers.get(header)?.replace(/^bearer +/i, "")
    if (!token) return undefined
    const { alg, kid } = decode(token).header
    if (kid === undefined || !algorithms.includes(alg as Algorithm)) return undefined
    const key = await keys.find(kid)
    if (!key || ("alg" in key && key.alg !== alg)) return undefined
    const claims = (await verify(token, key as Parameters<typeof verify>[1], {
      alg,
      iss: issuer,
      aud: audiences,
    })) as Claims
    // a token that never expires could be used for ever by whoever has seen it once
    return typeof claims.exp === "number" ? principalOf(claims, roleOf) : undefined
  }
}

/** For a dashboard behind Cloudflare Access. `team` is that of `https://<team>.cloudflareaccess.com`. */
export function cloudflareAccess(options: { team: string; audience: string; roleOf: RoleOf }): Identify {
  checkOptions("cloudflareAccess", options, ["team", "audience"])
  const issuer = `https://${options.team}.cloudflareaccess.com`
  return jwtIdentity({
    header: "cf-access-jwt-assertion",
    issuer,
    audience: options.audience,
    jwksUrl: `${issuer}/cdn-cgi/access/certs`,
    roleOf: options.roleOf,
    algorithms: ["RS256"],
  })
}

/** For a dashboard behind an Application Load Balancer that authenticates. `loadBalancer` is its ARN, whose tokens alone count. */
export function loadBalancerIdentity(options: {
  loadBalancer: string
  roleOf: RoleOf
  keysUrl?: string
}): Identify {
  checkOptions("loadBalancerIdentity", options, ["loadBalancer"])
  const { loadBalancer, roleOf } = options
  const region = loadBalancer.split(":")[3]
  const keysUrl = options.keysUrl ?? `https://public-keys.auth.elb.${region}.amazonaws.com`
  const keys = new Map<string, Promise<string>>()
  let readsSince = { at: 0, count: 0 }
  return async (headers) => {
    const token = headers.get("x-amzn-oidc-data")
    if (!token) return undefined
    const { alg, kid, signer } = decode(token).header as Header
    if (alg !== "ES256" || signer !== loadBalancer || kid === undefined || !/^[\w-]{1,100}$/.test(kid))
      return undefined
    const claims = (await verify(token, await keyOf(kid), "ES256")) as Claims
    return typeof claims.exp === "number" ? principalOf(claims, roleOf) : undefined
  }

  function keyOf(id: string): Promise<string> {
    const known = keys.get(id)
    if (known) return known
    // the header isn't verified yet: whoever makes ids up mustn't make us read without end
    if (Date.now() - readsSince.at > 60_000) readsSince = { at: Date.now(), count: 0 }
    readsSince.count += 1
    if (readsSince.count > MOST_READS_A_MINUTE)
      throw new Error("Too many unknown keys of the load balancer were asked for")
    const read = fetchKeys(`${keysUrl}/${id}`)
    keys.set(id, read)
    read.catch(() => keys.delete(id))
    return read
  }
}

const MOST_READS_A_MINUTE = 20

interface Header {
  readonly alg: string
  readonly kid?: string
  readonly signer?: unknown
}

/** Without one of them, tokens for other apps would do. */
function checkOptions(caller: string, options: object, texts: readonly string[]): void {
  assertRecord(options, [caller])
  const given = options as Readonly<Record<string, unknown>>
  for (const name of texts)
    if (!isText(given[name])) refuse("invalid_option", given[name], [caller, name], "text")
  assertFunction(given.roleOf, [caller, "roleOf"], "a function that returns the role of who has logged in")
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== ""
}
