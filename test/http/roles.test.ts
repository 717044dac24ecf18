import type { NewApiKey, Role } from "@sluice/core"
import { beforeAll, expect, test } from "vitest"
import { useApi } from "./api.ts"
import { operations } from "./routes-of-app.ts"

// Each role and each route of the app, as the app itself lists them: a new route without a role fails here.
const api = await useApi()

const ROLES: Role[] = ["enqueuer", "reader", "operator", "admin"]
/** Without a key. */
const OPEN = ["/health", "/openapi.json"]
const routes = operations.filter(({ path }) => !OPEN.includes(path))

/** What the role may do with a route, told by its method and path alone. */
function mayCall(role: Role, method: string, path: string): boolean {
  if (role === "admin") return true
  if (/^\/v1\/(api-keys|audit-log)/.test(path)) return false
  if (role === "operator") return true
  if (method === "GET" || path === "/v1/jobs/:id/token") return role === "reader"
  const enqueues = /^\/v1\/(jobs|jobs\/batch|batches|batches\/:id\/jobs|workflows|events\/.+|waits\/.+)$/
  return role === "enqueuer" && method === "POST" && enqueues.test(path)
}

const keys = {} as Record<Role, NewApiKey>
beforeAll(async () => {
  for (const role of ROLES) keys[role] = await api.sluice.createApiKey({ name: role, role })
})

/** Everything in the tables but what verifying a key notes. */
async function contents(): Promise<unknown> {
  const tables = [
    "jobs",
    "pauses",
    "batches",
    "schedules",
    "waiting_limits",
    "waits",
    "finished",
    "audit_log",
  ]
  const rows = tables.map(
    (table) =>
      `select '${table}' as kind, coalesce(json_agg(t order by t::text), '[]') from sluice.${table} t`,
  )
  const keys =
    "select 'keys', json_agg(json_build_array(k.id, k.hash, k.revoked_at) order by k.id) from sluice.api_keys k"
  return api.rows([...rows, keys].join(" union all "))
}

test("there are routes to test", () => {
  expect(routes.length).toBeGreaterThan(40)
})

for (const { method, path } of routes)
  for (const role of ROLES) {
    const may = mayCall(role, method, path)
    test(`${role} ${may ? "may" : "may not"} ${method} ${path}`, async () => {
      const before = may ? undefined : await contents()
      const address = path.replace(/:\w+\{[^}]*\}/, "some/thing").replace(/:\w+/, "999999")
      const { status, body } = await api.request(method, address, {
        key: keys[role].secret,
        ...(method !== "GET" && { body: "{}" }),
      })
      expect(status === 403, `${status} ${body?.detail}`).toBe(!may)
      expect([401, 405, 500]).not.toContain(status)
      if (may) return
      expect(body).toMatchObject({
        code: "forbidden",
        detail: expect.stringContaining(`has the role ${role}`),
      })
      expect(await contents()).toEqual(before)
    })
  }

test("a request that isn't allowed is refused before its body is read", async () => {
  const { status } = await api.request("POST", "/v1/jobs/actions", {
    key: keys.reader.secret,
    body: "x".repeat(3_000_000),
  })
  expect(status).toBe(403)
})

test("HEAD needs the role that GET needs", async () => {
  const head = (role: Role) =>
    fetch(`${api.url}/v1/queues`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${keys[role].secret}` },
    })
  expect((await head("enqueuer")).status).toBe(403)
  expect((await head("reader")).status).toBe(200)
})

test("the deep health check needs a key, of any role", async () => {
  for (const role of ROLES)
    expect((await api.request("GET", "/health?deep", { key: keys[role].secret })).status).toBe(200)
  expect((await api.request("GET", "/health?deep", { key: "wrong" })).status).toBe(401)
})

test("a path in other words doesn't get around a role", async () => {
  for (const path of ["/v1//jobs", "/v1/jobs/", "/V1/jobs", "/v1/%6aobs", "/v1/./jobs", "//v1/jobs"]) {
    const answer = await fetch(api.url + path, {
      headers: { authorization: `Bearer ${keys.enqueuer.secret}` },
    })
    expect([403, 404], path).toContain(answer.status)
  }
})
