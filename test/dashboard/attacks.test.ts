import { createSluice, type Role } from "@sluice/core"
import { createDashboard } from "@sluice/http/dashboard"
import { expect, onTestFinished, test, vi } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const { pool, rows } = await createDatabase()
const sluice = createSluice({ database: pool })
const KEY = "the key of the environment"
const BASE = "/dashboard"
const app = createDashboard({ sluice, apiKey: KEY, basePath: BASE, log: silent() })
const ORIGIN = "http://dashboard.example.org"
const SAME_SITE = { "sec-fetch-site": "same-origin" }

function visit(path: string, init: RequestInit = {}) {
  return app.request(ORIGIN + path, { redirect: "manual", ...init })
}

function post(path: string, form: Record<string, string>, headers: Record<string, string> = SAME_SITE) {
  return visit(path, { method: "POST", body: new URLSearchParams(form), headers })
}

/** The cookies of a session, and the token of its forms. */
async function logIn(key = KEY, to = "") {
  const answer = await post(`${BASE}/login`, { key, to })
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? ""
  const text = await (await visit(`${BASE}/`, { headers: { cookie } })).text()
  return { answer, cookie, csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "" }
}

function silent() {
  const nothing = () => {}
  return { debug: nothing, info: nothing, warn: nothing, error: nothing }
}

test("without a key or a secret nobody gets in, whatever they send", async () => {
  const shut = createDashboard({ sluice })
  for (const [method, path] of [
    ["GET", "/"],
    ["GET", "/login"],
    ["POST", "/login"],
    ["GET", "/jobs"],
  ] as const) {
    const answer = await shut.request(ORIGIN + path, { method, headers: SAME_SITE })
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain("The dashboard is closed")
  }
})

test("without a session each page asks for a key, and shows nothing else", async () => {
  const answer = await visit(`${BASE}/?state=ready`)
  const text = await answer.text()

  expect(answer.status).toBe(401)
  expect(text).toContain(`name="to" value="${BASE}/?state=ready"`)
  expect(text).not.toContain("<nav")
})

test("a wrong key is refused", async () => {
  const { answer } = await logIn("the key of somebody else")

  expect(answer.status).toBe(401)
  expect(answer.headers.get("set-cookie")).toBeNull()
})

test("the right key opens a session, whose cookie no script can read and no other site sends along", async () => {
  const { answer, cookie } = await logIn()

  expect(answer.status).toBe(303)
  expect(answer.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/)
  expect((await visit(`${BASE}/`, { headers: { cookie } })).status).toBe(200)
})

test("over HTTPS the cookie is sent over HTTPS alone, and belongs to this host alone", async () => {
  const answer = await app.request(`https://dashboard.example.org${BASE}/login`, {
    method: "POST",
    headers: SAME_SITE,
    body: new URLSearchParams({ key: KEY }),
  })

  expect(answer.headers.get("set-cookie")).toMatch(/^__Host-sluice_session_dashboard=.*Path=\/;.*Secure/)
})

test("a session that was changed, or signed with another key, is none", async () => {
  const { cookie } = await logIn()
  const [name, value = ""] = cookie.split("=")
  const [text = "", proof] = value.split(".")
  const session = JSON.parse(Buffer.from(text, "base64url").toString())
  const raised = Buffer.from(JSON.stringify({ ...session, startedAtMs: 9e15, seenAtMs: 9e15 })).toString(
    "base64url",
  )
  const other = createDashboard({ sluice, apiKey: "another key that is long", basePath: BASE })
  const asked = [
    visit(`${BASE}/`, { headers: { cookie: `${name}=${raised}.${proof}` } }),
    visit(`${BASE}/`, { headers: { cookie: `${name}=${text}.` } }),
    visit(`${BASE}/`, { headers: { cookie: `${name}=${text}` } }),
    other.request(`${ORIGIN}${BASE}/`, { headers: { cookie } }),
  ]

  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([401, 401, 401, 401])
})

test("logging out takes the session's cookie away, and another site can't do it", async () => {
  const { cookie } = await logIn()
  const elsewhere = await post(`${BASE}/logout`, {}, { cookie, "sec-fetch-site": "cross-site" })
  const answer = await post(`${BASE}/logout`, {}, { ...SAME_SITE, cookie })

  expect(elsewhere.status).toBe(403)
  expect(elsewhere.headers.get("set-cookie")).toBeNull()
  expect(answer.headers.get("set-cookie")).toMatch(/sluice_session_dashboard=; Max-Age=0/)
})

test("a session ends when it isn't used, when it is old, and when its key is gone", async () => {
  const { cookie } = await logIn()
  const ended = [
    { apiKey: KEY, sessionIdleMs: 1 },
    { apiKey: KEY, sessionLifetimeMs: 1 },
    { apiKey: `a newer key of the owner, ${KEY}x` },
    { apiKey: "a newer key of the owner", sessionSecret: KEY },
  ]
  for (const options of ended) {
    const later = createDashboard({ sluice, basePath: BASE, ...options })
    await eventually(async () => {
      expect((await later.request(`${ORIGIN}${BASE}/`, { headers: { cookie } })).status).toBe(401)
    })
  }
  const rotated = createDashboard({ sluice, basePath: BASE, apiKey: `a newer key of the owner,${KEY}` })
  expect((await rotated.request(`${ORIGIN}${BASE}/`, { headers: { cookie } })).status).toBe(200)
})

test("a session lasts longer for whoever looks at pages, and not for a page that refreshes itself", async () => {
  const { cookie } = await logIn()
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 90_000)
  onTestFinished(() => clock.mockRestore())
  const cookieAfter = async (headers: Record<string, string>) =>
    (await visit(`${BASE}/`, { headers: { ...headers, cookie } })).headers.get("set-cookie")

  expect(await cookieAfter({ "hx-request": "true" })).toBeNull()
  expect(await cookieAfter({})).toContain("sluice_session")
})

test("a key of the database logs in with its role, until it is revoked", async () => {
  const reader = await sluice.createApiKey({ name: "night shift", role: "reader" })
  const { cookie } = await logIn(reader.secret)
  const text = await (await visit(`${BASE}/`, { headers: { cookie } })).text()
  expect(text).toContain("night shift")

  await sluice.revokeApiKey(reader.id)
  const later = createDashboard({
    sluice: createSluice({ database: pool }),
    apiKey: KEY,
    basePath: BASE,
  })
  expect((await later.request(`${ORIGIN}${BASE}/`, { headers: { cookie } })).status).toBe(401)
})

test("a session ends with the secret that it was opened with, when that is rotated", async () => {
  const leaked = await sluice.createApiKey({ name: "leaked", role: "admin" })
  const visitLater = async (cookie: string) => {
    const later = createDashboard({ sluice: createSluice({ database: pool }), apiKey: KEY, basePath: BASE })
    return (await later.request(`${ORIGIN}${BASE}/`, { headers: { cookie } })).status
  }
  const { cookie } = await logIn(leaked.secret)
  await sluice.rotateApiKey(leaked.id)
  expect(await visitLater(cookie)).toBe(200)

  const { secret } = await sluice.rotateApiKey(leaked.id, { overlap: 0 })
  expect(await visitLater(cookie)).toBe(401)
  expect(await visitLater((await logIn(secret)).cookie)).toBe(200)
})

test("a key that may only enqueue doesn't log in", async () => {
  const { secret } = await sluice.createApiKey({ name: "the shop", role: "enqueuer" })
  const { answer } = await logIn(secret)

  expect(answer.status).toBe(403)
  expect(answer.headers.get("set-cookie")).toBeNull()
})

test("whoever guesses keys is stopped after ten, and the right one helps only later", async () => {
  const guarded = createDashboard({ sluice, apiKey: KEY })
  const guess = async (key: string) => {
    const body = new URLSearchParams({ key })
    return (await guarded.request(`${ORIGIN}/login`, { method: "POST", headers: SAME_SITE, body })).status
  }
  const guesses: number[] = []
  for (let count = 0; count < 12; count += 1) guesses.push(await guess(`guess ${count}`))

  expect(guesses).toEqual([...Array(10).fill(401), 429, 429])
  expect(await guess(KEY)).toBe(429)
})

test("keys that couldn't be looked up don't count as wrong ones", async () => {
  const { secret } = await sluice.createApiKey({ name: "on call", role: "operator" })
  let isDown = true
  const database = {
    query: (text: string, values?: unknown[]) =>
      isDown ? Promise.reject(new Error("connect ECONNREFUSED")) : pool.query(text, values),
  }
  const shaky = createDashboard({ sluice: createSluice({ database }), apiKey: KEY, log: silent() })
  const tryIn = async () => {
    const body = new URLSearchParams({ key: secret })
    return (await shaky.request(`${ORIGIN}/login`, { method: "POST", headers: SAME_SITE, body })).status
  }

  for (let count = 0; count < 12; count += 1) expect(await tryIn()).toBeGreaterThanOrEqual(500)
  isDown = false
  expect(await tryIn()).toBe(303)
})

/** Guesses keys from these addresses, and returns the statuses. */
async function guessFrom(
  guarded: ReturnType<typeof createDashboard>,
  addresses: readonly (string | undefined)[],
  forwardedFor?: string,
): Promise<number[]> {
  const statuses: number[] = []
  for (const remoteAddress of addresses) {
    const init = {
      method: "POST",
      headers: { ...SAME_SITE, ...(forwardedFor !== undefined && { "x-forwarded-for": forwardedFor }) },
      body: new URLSearchParams({ key: "a guess" }),
    }
    const from = { incoming: { socket: { remoteAddress } } }
    statuses.push((await guarded.request(`${ORIGIN}/login`, init, from)).status)
  }
  return statuses
}

test("whoever guesses from many addresses locks out nobody else, and addresses of one IPv6 network are one", async () => {
  const guarded = createDashboard({ sluice, apiKey: KEY })
  const many = Array.from({ length: 300 }, (_, one) => `192.0.2.${one}`)
  expect(new Set(await guessFrom(guarded, many))).toEqual(new Set([401]))
  expect(await guessFrom(guarded, ["203.0.113.7"])).toEqual([401])
  const network = Array.from({ length: 12 }, (_, one) => `2001:db8:1:2:${one}::${one}`)
  expect(await guessFrom(guarded, network)).toEqual([...Array(10).fill(401), 429, 429])
  expect(await guessFrom(guarded, ["2001:db8:1:3::1", "2001:db8:1::1"])).toEqual([401, 401])
})

test("keys that are guessed at once are counted before they are looked at, and right ones aren't", async () => {
  const guarded = createDashboard({ sluice, apiKey: KEY })
  const address = ["198.51.100.1"]
  const statuses = await Promise.all(Array.from({ length: 50 }, () => guessFrom(guarded, address)))
  expect(statuses.flat().filter((status) => status === 401)).toHaveLength(10)

  const right = () =>
    guarded.request(`${ORIGIN}/login`, {
      method: "POST",
      headers: SAME_SITE,
      body: new URLSearchParams({ key: KEY }),
    })
  for (let count = 0; count < 12; count += 1) expect((await right()).status).toBe(303)
})

test("where the host doesn't say where a request comes from, nobody's guesses lock out everybody", async () => {
  const guarded = createDashboard({ sluice, apiKey: KEY })
  const guess = async (from: string) => (await guessFrom(guarded, [undefined], from))[0]
  for (let count = 0; count < 10; count += 1) await guess(`1.1.1.${count}, 203.0.113.9`)
  expect(await guess("203.0.113.9")).toBe(429)
  expect(await guess("203.0.113.10")).toBe(401)
})

test.each([
  ["203.0.113.9", (port: number) => `203.0.113.9:${port}`],
  ["2001:db8::1", (port: number) => `[2001:db8::1]:${port}`],
])("a proxy that notes ports doesn't let %s guess with each of them", async (address, noted) => {
  const proxied = createDashboard({ sluice, apiKey: KEY, trustedProxies: 1 })
  for (let port = 40_000; port < 40_010; port += 1) await guessFrom(proxied, ["10.0.0.1"], noted(port))
  expect(await guessFrom(proxied, ["10.0.0.1"], noted(1))).toEqual([429])
  expect(await guessFrom(proxied, ["10.0.0.1"], address)).toEqual([429])
})

test("what a request says of where it comes from counts only behind proxies of one's own", async () => {
  const ten = Array(10).fill("198.51.100.1")
  const open = createDashboard({ sluice, apiKey: KEY })
  await guessFrom(open, ten, "1.1.1.1")
  expect(await guessFrom(open, ["198.51.100.1"], "2.2.2.2")).toEqual([429])

  const proxied = createDashboard({ sluice, apiKey: KEY, trustedProxies: 2 })
  await guessFrom(proxied, ten, "9.9.9.9, 1.1.1.1, 10.0.0.1")
  expect(await guessFrom(proxied, ["198.51.100.1"], "8.8.8.8, 1.1.1.1, 10.0.0.1")).toEqual([429])
  expect(await guessFrom(proxied, ["198.51.100.1"], "2.2.2.2, 10.0.0.1")).toEqual([401])
  expect(await guessFrom(proxied, ["198.51.100.1"], "1.1.1.1")).toEqual([401])
})

test.each([
  ["https, http", true],
  ["HTTPS", true],
  ["http, https", false],
  ["http", false],
])("behind proxies that say %j, the cookie is for HTTPS alone: %j", async (proto, isSecure) => {
  const answer = await app.request(`${ORIGIN}${BASE}/login`, {
    method: "POST",
    headers: { ...SAME_SITE, "x-forwarded-proto": proto },
    body: new URLSearchParams({ key: KEY }),
  })
  expect(/; Secure/.test(answer.headers.get("set-cookie") ?? "")).toBe(isSecure)
})

test.each([
  "https://evil.example.org/",
  "//evil.example.org/",
  "/\\evil.example.org",
  "\\\\evil.example.org",
  "/dashboard/..//evil.example.org",
  "/dashboard/../../evil",
  "/dashboardx/",
  "javascript:alert(1)",
  "/dashboard/%0d%0aset-cookie:x=y",
  "/dashboard/\r\nset-cookie: x=y",
  "",
])("a login never leads out of the dashboard: %j", async (to) => {
  const { answer } = await logIn(KEY, to)
  const target = new URL(answer.headers.get("location") ?? "", ORIGIN)

  expect(answer.status).toBe(303)
  expect(target.origin).toBe(ORIGIN)
  expect(target.pathname).toMatch(/^\/dashboard\//)
  expect(answer.headers.get("x")).toBeNull()
})

test("a login leads to where the reader wanted to go", async () => {
  const { answer } = await logIn(KEY, `${BASE}/jobs?state=discarded`)

  expect(answer.headers.get("location")).toBe(`${BASE}/jobs?state=discarded`)
})

test.each<[string, Record<string, string>]>([
  ["another site", { "sec-fetch-site": "cross-site" }],
  ["a neighbor of the same site", { "sec-fetch-site": "same-site" }],
  ["an address that was typed", { "sec-fetch-site": "none" }],
  ["an old browser on another site", { origin: "http://evil.example.org", host: "dashboard.example.org" }],
  ["a page without an origin", { origin: "null", host: "dashboard.example.org" }],
  ["a browser that says nothing", {}],
])("a form from %s changes nothing", async (_, headers) => {
  const { cookie, csrf } = await logIn()
  const answers = [
    await post(`${BASE}/login`, { key: KEY }, headers),
    await post(`${BASE}/preferences`, { csrf, theme: "dark" }, { cookie, ...headers }),
  ]

  expect(answers.map(({ status }) => status)).toEqual([403, 403])
  expect(answers.map((answer) => answer.headers.get("set-cookie"))).toEqual([null, null])
})

test("an old browser's own form is accepted by its origin", async () => {
  const headers = { origin: ORIGIN, host: "dashboard.example.org" }

  expect((await post(`${BASE}/login`, { key: KEY }, headers)).status).toBe(303)
})

test("another site can't embed, fetch or read a page", async () => {
  const { cookie } = await logIn()
  const embedded = await visit(`${BASE}/`, {
    headers: {
      cookie,
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "no-cors",
      "sec-fetch-dest": "iframe",
    },
  })
  const { headers } = await visit(`${BASE}/`, { headers: { cookie } })
  const policy = headers.get("content-security-policy")

  expect(embedded.status).toBe(403)
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("base-uri 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
  expect(headers.get("x-frame-options")).toBe("DENY")
  expect(headers.get("x-content-type-options")).toBe("nosniff")
  expect(headers.get("cache-control")).toBe("no-store")
  expect(headers.get("referrer-policy")).toBe("same-origin")
  expect(headers.get("access-control-allow-origin")).toBeNull()
})

test("each answer has a nonce of its own, which its scripts and styles carry", async () => {
  const { cookie } = await logIn()
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const answer = await visit(`${BASE}/`, { headers: { cookie } })
      const nonce = /'nonce-([^']+)'/.exec(answer.headers.get("content-security-policy") ?? "")?.[1] ?? ""
      const text = await answer.text()
      expect(text.match(/<(script|link rel="stylesheet")[^>]*>/g)?.every((tag) => tag.includes(nonce))).toBe(
        true,
      )
      expect(text).not.toMatch(/<script[^>]*>[^<]/)
      expect(text).not.toMatch(/<style| style="| on\w+="/)
      return nonce
    }),
  )

  expect(new Set(nonces).size).toBe(2)
})

test.each([
  "../app.tsx",
  "..%2f..%2fpackage.json",
  "%2e%2e%2f%2e%2e%2fpackage.json",
  "....//....//etc/passwd",
  "dashboard.css",
  "dashboard-000000000000.css",
  "shell.js%00",
  "constructor",
  "__proto__",
])("nothing but the assets is served as one: %s", async (name) => {
  const answer = await visit(`${BASE}/assets/${name}`)

  expect([401, 404]).toContain(answer.status)
})

test("assets need no key, may be kept for a year, and are what their type says", async () => {
  const page = await (await visit(`${BASE}/login`)).text()
  const addresses = [...page.matchAll(/(?:href|src)="([^"]*\/assets\/[^"]+)"/g)].map(
    ([, address]) => address ?? "",
  )
  for (const address of addresses) {
    const answer = await visit(address, { headers: { "accept-encoding": "gzip" } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
    expect(answer.headers.get("content-encoding")).toBe("gzip")
  }
  expect(addresses.length).toBe(4)
})

test("a body that is too large, or isn't a form, is refused", async () => {
  const { cookie } = await logIn()
  const ten = "x".repeat(10 * 1024 * 1024)
  const large = await visit(`${BASE}/login`, {
    method: "POST",
    headers: { ...SAME_SITE, cookie, "content-type": "application/x-www-form-urlencoded" },
    body: `key=${ten}`,
  })
  const json = await visit(`${BASE}/login`, {
    method: "POST",
    headers: { ...SAME_SITE, cookie, "content-type": "application/json" },
    body: JSON.stringify({ key: KEY }),
  })

  expect(large.status).toBe(413)
  expect(await large.text()).toContain("a form may have up to 1MB")
  expect(json.status).toBe(415)
})

test.each<Role>(["reader", "operator", "admin"])(
  "the header of another front doesn't make a %s",
  async (role) => {
    const claims = Buffer.from(JSON.stringify({ email: "eve@example.org", role, exp: 9e9 })).toString(
      "base64url",
    )
    const header = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url")
    const headers = {
      "cf-access-jwt-assertion": `${header}.${claims}.`,
      "cf-access-authenticated-user-email": "eve@example.org",
      "x-amzn-oidc-data": `${header}.${claims}.`,
      "x-amzn-oidc-identity": "eve",
      "x-forwarded-user": "eve",
      authorization: `Bearer ${KEY}`,
    }

    expect((await visit(`${BASE}/`, { headers })).status).toBe(401)
  },
)

test("names are shown as text, whatever they consist of", async () => {
  const name = `<script>alert(1)</script>"'&`
  const visitor = visitDashboard(sluice, "admin", {
    identity: async () => ({ id: "oidc:x", name, role: "admin" }),
  })
  const { text } = await visitor.get("/")

  expect(text).not.toContain("<script>alert")
  expect(readable(text)).toContain(name)
})

test("none of these attacks has left a trace in the queue", async () => {
  expect(await rows("select * from sluice.jobs")).toEqual([])
})
