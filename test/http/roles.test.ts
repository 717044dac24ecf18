import { createSluice, type NewApiKey, type Role } from "@sluice/core"
import { createApp } from "@sluice/http"
import { beforeAll, expect, test } from "vitest"
import { useApi } from "./api.ts"

// Each role and each route of the app, as the app itself lists them: a new route without a role fails here.
const api = await useApi()

const ROLES: Role[] = ["enqueuer", "reader", "operator", "admin"]
const routes = createApp({ sluice: createSluice({ database: { query: fail } }), apiKey: "key" }).routes.filter(
  ({ method, path }) => method !== "ALL" && path.startsWith("/v1/"),
)

/** What the role may do with a route, told by its method and path alone. */
function mayCall(role: Role, method: string, path: string): boolean {
  if (role === "admin") return true
  if (/^\/v1\/(api-keys|audit-log)/.test(path)) return false
  if (role === "operator") return true
  if (method === "GET") return role === "reader"
  const enqueues = /^\/v1\/(jobs|jobs\/batch|batches|batches\/:id\/jobs|workflows|events\/.+|waits\/.+)$/
  return role === "enqueuer" && method === "POST" && enqueues.test(path)
}

const keys = {} as Record<Role, NewApiKey>
beforeAll(async () => {
  for (const role of ROLES) keys[role] = await api.sluice.createApiKey({ name: role, role })
})

/** Everything in the tables but what verifying a key notes. */
async function contents(): Promise<unknown> {
  return api.rows(`select (select json_agg(j) from sluice.jobs j) as jobs, (select json_agg(p) from sluice.pauses p) as pauses,
    (select json_agg(b) from sluice.batches b) as batches, (select json_agg(s) from sluice.schedules s) as schedules,
    (select json_agg(l) from sluice.waiting_limits l) as limits, (select json_agg(w) from sluice.waits w) as waits,
    (select json_agg(f) from sluice.finished f) as finished, (select json_agg(a) from sluice.audit_log a) as actions,
    (select json_agg(json_build_array(k.id, k.hash, k.revoked_at)) from sluice.api_keys k) as keys`)
}

test("there are routes to test", () => {
  expect(routes.length).toBeGreaterThan(40)
})

for (const { method, path } of routes)
  for (const role of ROLES) {
    const may = mayCall(role, method, path)
    test(`${role} ${may ? "may" : "may not"} ${method} ${path}`, async () => {
      const before = may ? undefined : await contents()
      const address = path.replace(/:id/, "999999").replace(/:\w+(\{[^}]*\})?/, "some/thing")
      const { status, body } = await api.request(method, address, {
        key: keys[role].secret,
        ...(method !== "GET" && { body: "{}" }),
      })
      expect(status === 403, `${status} ${body?.detail}`).toBe(!may)
      expect([401, 405, 500]).not.toContain(status)
      if (may) return
      expect(body).toMatchObject({ code: "forbidden", detail: expect.stringContaining(`has the role ${role}`) })
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
    fetch(`${api.url}/v1/queues`, { method: "HEAD", headers: { authorization: `Bearer ${keys[role].secret}` } })
  expect((await head("enqueuer")).status).toBe(403)
  expect((await head("reader")).status).toBe(200)
})

test("the deep health check needs a key that may read", async () => {
  const deep = async (role: Role) => (await api.request("GET", "/health?deep", { key: keys[role].secret })).status
  expect(await deep("reader")).toBe(200)
  expect(await deep("enqueuer")).toBe(403)
})

test("a path in other words doesn't get around a role", async () => {
  for (const path of ["/v1//jobs", "/v1/jobs/", "/V1/jobs", "/v1/%6aobs", "/v1/./jobs", "//v1/jobs"]) {
    const answer = await fetch(new URL(path, "http://x").pathname === path ? api.url + path : api.url + path, {
      headers: { authorization: `Bearer ${keys.enqueuer.secret}` },
    })
    expect([403, 404], path).toContain(answer.status)
  }
})

test("a route that has no role answers nobody", async () => {
  const app = createApp({ sluice: api.sluice, apiKey: "key", log: { ...console, error() {} } })
  app.get("/v1/new", (context) => context.text("open"))
  const answer = await app.request("/v1/new", { headers: { authorization: "Bearer key" } })
  expect(answer.status).toBe(500)
})

function fail(): never {
  throw new Error("nothing is queried")
}
