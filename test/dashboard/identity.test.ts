import { generateKeyPairSync } from "node:crypto"
import type { AddressInfo } from "node:net"
import { serve } from "@hono/node-server"
import { createSluice } from "@sluice/core"
import { createDashboard, jwtIdentity, loadBalancerIdentity, type RoleOf } from "@sluice/http/dashboard"
import { sign } from "hono/jwt"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { readable } from "./dashboard.ts"

const { pool } = await createDatabase()
const sluice = createSluice({ database: pool })

const ours = keyPair("ours")
const strange = keyPair("strange")
const rsa = rsaKeyPair("rsa")
const answers: Record<string, () => Response> = {
  "/certs": () => Response.json({ keys: [ours.publicJwk, rsa.publicJwk] }),
  "/moved": () => Response.redirect(`${ISSUER}/certs`),
  "/endless": () => new Response(" ".repeat(2 * 1024 * 1024) + JSON.stringify({ keys: [ours.publicJwk] })),
}
const issuerServer = serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: ({ url }) => answers[new URL(url).pathname]?.() ?? new Response(ours.publicPem),
})
await new Promise((resolve) => issuerServer.once("listening", resolve))
afterAll(() => void issuerServer.close())
const ISSUER = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`
const HEADER = "cf-access-jwt-assertion"
const AUDIENCE = "the dashboard"

const roleOf: RoleOf = ({ groups }) =>
  Array.isArray(groups) && groups.includes("ops") ? "operator" : undefined
const app = createDashboard({
  sluice,
  identity: jwtIdentity({
    header: HEADER,
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: `${ISSUER}/certs`,
    roleOf,
  }),
  sessionSecret: "a secret of the tests that is long enough",
  log: { debug() {}, info() {}, warn() {}, error() {} },
})

function keyPair(kid: string) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  return {
    privateJwk: { ...privateKey.export({ format: "jwk" }), kid, alg: "ES256" },
    publicJwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "ES256" },
    publicPem: publicKey.export({ format: "pem", type: "spki" }).toString(),
  }
}

function rsaKeyPair(kid: string) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  return {
    privateJwk: { ...privateKey.export({ format: "jwk" }), kid, alg: "RS256" },
    publicJwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "RS256" },
  }
}

const now = () => Math.floor(Date.now() / 1_000)
const claims = () => ({
  iss: ISSUER,
  aud: AUDIENCE,
  email: "ada@example.org",
  groups: ["ops"],
  iat: now() - 10,
  exp: now() + 300,
})

function token(changed: object = {}, key: object = ours.privateJwk) {
  return sign({ ...claims(), ...changed } as never, key as never, "ES256")
}

async function visit(headers: Record<string, string>) {
  const answer = await app.request("http://dashboard.example.org/", { headers })
  return { status: answer.status, text: readable(await answer.text()) }
}

test("whom the login service vouches for is let in, with the role that the claims give", async () => {
  const { status, text } = await visit({ [HEADER]: await token() })

  expect(status).toBe(200)
  expect(text).toContain("ada@example.org")
})

test.each<[string, object]>([
  ["for another app", { aud: "another app" }],
  ["without an audience", { aud: undefined }],
  ["of another issuer", { iss: "https://evil.example.org" }],
  ["that has expired", { exp: 1_000_000_000 }],
  ["that never expires", { exp: undefined }],
  ["that isn't valid yet", { nbf: 4_000_000_000 }],
  ["of somebody without a role", { groups: ["sales"] }],
  ["of nobody", { email: undefined }],
])("a token %s lets nobody in", async (_, changed) => {
  expect((await visit({ [HEADER]: await token(changed) })).status).toBe(403)
})

test("a token that somebody else has signed lets nobody in, whichever key it names", async () => {
  const strangers = [strange.privateJwk, { ...strange.privateJwk, kid: "ours" }]
  for (const key of strangers) expect((await visit({ [HEADER]: await token({}, key) })).status).toBe(403)
})

test("a token that isn't signed, or with the public key as a password, lets nobody in", async () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const unsigned = `${encode({ alg: "none", typ: "JWT", kid: "ours" })}.${encode(claims())}.`
  const confused = await sign(claims(), ours.publicPem, "HS256")
  const [, payload, signature] = confused.split(".")
  const named = `${encode({ alg: "HS256", typ: "JWT", kid: "ours" })}.${payload}.${signature}`

  for (const forged of [unsigned, named, "x", "..", "a.b.c"])
    expect((await visit({ [HEADER]: forged })).status).toBe(403)
})

test("keys that never end aren't read to the end", async () => {
  const identity = jwtIdentity({
    header: HEADER,
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: `${ISSUER}/endless`,
    roleOf,
  })

  await expect(identity(new Headers({ [HEADER]: await token() }))).rejects.toThrow("more than 1048576 bytes")
})

test("keys are read from the address that was given, and from none that it leads to", async () => {
  const identity = jwtIdentity({
    header: HEADER,
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: `${ISSUER}/moved`,
    roleOf,
  })

  await expect(identity(new Headers({ [HEADER]: await token() }))).rejects.toThrow()
})

test("a key signs with its own algorithm only", async () => {
  const identity = jwtIdentity({
    header: HEADER,
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: `${ISSUER}/certs`,
    roleOf,
    algorithms: ["RS256", "RS384"],
  })
  const by = async (alg: "RS256" | "RS384") =>
    identity(new Headers({ [HEADER]: await sign(claims(), { ...rsa.privateJwk, alg } as never, alg) }))

  expect(await by("RS256")).toMatchObject({ name: "ada@example.org" })
  expect(await by("RS384")).toBeUndefined()
})

test("claims beside the token count for nothing", async () => {
  const headers = { "cf-access-authenticated-user-email": "ada@example.org", "x-amzn-oidc-identity": "ada" }

  expect((await visit(headers)).status).toBe(403)
})

test("a form of one person doesn't act for another", async () => {
  const ada = { [HEADER]: await token() }
  const eve = { [HEADER]: await token({ email: "eve@example.org" }) }
  const page = await (await app.request("http://dashboard.example.org/", { headers: eve })).text()
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ""
  const act = (headers: Record<string, string>) =>
    app.request("http://dashboard.example.org/queues/pause", {
      method: "POST",
      headers: { ...headers, "sec-fetch-site": "same-origin" },
      body: new URLSearchParams({ csrf, queue: "default" }),
    })

  expect((await act(ada)).status).not.toBe(303)
})

test("the token of a load balancer counts if that one has signed it", async () => {
  const loadBalancer = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/front/1"
  const identify = loadBalancerIdentity({ loadBalancer, roleOf: () => "reader", keysUrl: ISSUER })
  const signed = async (signer: string, { changed = {}, key: jwk = ours.privateJwk } = {}) => {
    // base64url with its padding, which other tokens leave out
    const padded = (bytes: Uint8Array) =>
      Buffer.from(bytes).toString("base64").replaceAll("+", "-").replaceAll("/", "_")
    const encode = (value: object) => padded(Buffer.from(JSON.stringify(value)))
    const header = encode({ alg: "ES256", typ: "JWT", kid: "ours", signer })
    const text = `${header}.${encode({ ...claims(), ...changed })}`
    const key = await crypto.subtle.importKey(
      "jwk",
      jwk as never,
      { name: "ECDSA", namedCurve: "P-256" },
      false,
      ["sign"],
    )
    const proof = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, Buffer.from(text))
    return `${text}.${padded(new Uint8Array(proof))}`
  }

  const headers = new Headers({ "x-amzn-oidc-data": await signed(loadBalancer) })
  expect(await identify(headers)).toEqual({
    id: "oidc:ada@example.org",
    name: "ada@example.org",
    role: "reader",
  })
  const lets = async (token: string) =>
    identify(new Headers({ "x-amzn-oidc-data": token })).then(
      (principal) => principal !== undefined,
      () => false,
    )
  expect(await lets(await signed(loadBalancer, { changed: { groups: [] } }))).toBe(true)
  expect(await lets(await signed(loadBalancer.replace("front", "evil")))).toBe(false)
  expect(await lets(await signed(loadBalancer, { key: strange.privateJwk }))).toBe(false)
  expect(await lets(await signed(loadBalancer, { changed: { exp: undefined } }))).toBe(false)
  expect(await lets(await signed(loadBalancer, { changed: { exp: 1_000_000_000 } }))).toBe(false)
})
