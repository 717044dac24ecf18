import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const admin = visitDashboard(sluice, "admin")

const SECRET = /sluice_(enqueuer|reader|operator|admin)_[\w-]{20,}/

test("without keys the page says what to do", async () => {
  const { text } = await admin.get("/api-keys")
  expect(readable(text)).toContain("There is no key yet Create one for each app and person")
})

test("a key is made by the form, shows its secret once, and works", async () => {
  const form = {
    name: "Billing",
    role: "enqueuer",
    names: "charge, refund",
    queues: "money",
    expiresIn: "30d",
  }
  const { status, text, headers } = await admin.post("/api-keys/new", form)
  expect(status).toBe(200)
  expect(headers.get("cache-control")).toContain("no-store")
  expect(readable(text)).toContain("Copy the secret now")
  const secret = SECRET.exec(text)?.[0] ?? ""
  expect(await sluice.verifyApiKey(secret)).toMatchObject({
    name: "Billing",
    role: "enqueuer",
    names: ["charge", "refund"],
    queues: ["money"],
  })
  const [key] = await sluice.listApiKeys()
  expect(key).toMatchObject({ createdBy: "oidc:admin@example.org" })
  expect((key?.expiresAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(29 * 86_400_000)
  const list = (await admin.get("/api-keys")).text
  expect(list).not.toContain(secret)
  expect(readable(list)).toMatch(/Billing sluice_enqueuer_\w+… May enqueue Jobs charge refund Queues money /)
})

test("what is wrong with the form stands beside its field, with what was filled in", async () => {
  const wrong = await admin.post("/api-keys/new", { name: "Reports", role: "reader", names: "charge" })
  expect(wrong.status).toBe(422)
  expect(wrong.text).toMatch(/<div class="error" id="field-names-error">[^<]*no names with the role reader/)
  expect(wrong.text).toContain('value="Reports"')
  expect(wrong.text).toMatch(/<option value="reader" selected/)
  expect((await admin.post("/api-keys/new", { name: "", role: "reader" })).text).toContain("field-name-error")
  expect((await sluice.listApiKeys()).map(({ name }) => name)).not.toContain("Reports")
})

test("a rotated key has a new secret, and the one before works for the time that was chosen", async () => {
  const { id, secret } = await sluice.createApiKey({ name: "Rotated", role: "reader" })
  expect(readable((await admin.get(`/api-keys/${id}/rotate`)).text)).toContain("Rotate Rotated?")
  const { text } = await admin.post(`/api-keys/${id}/rotate`, { overlap: "7d" })
  const next = SECRET.exec(text)?.[0] ?? ""
  expect(next).not.toBe(secret)
  expect(await sluice.verifyApiKey(next)).toMatchObject({ name: "Rotated" })
  const key = (await sluice.listApiKeys()).find((one) => one.id === id)
  const days = ((key?.oldSecretUntil?.getTime() ?? 0) - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(6.9)
  expect(days).toBeLessThan(7.1)
  await admin.post(`/api-keys/${id}/rotate`, { overlap: "0s" })
  const after = (await sluice.listApiKeys()).find((one) => one.id === id)
  expect(after?.oldSecretUntil?.getTime() ?? 0).toBeLessThanOrEqual(Date.now())
})

test("a revoked key is asked about first, ends, and stands below those that work", async () => {
  const { id } = await sluice.createApiKey({ name: "Aaa", role: "operator" })
  await sluice.createApiKey({ name: "Zzz", role: "operator" })
  const asked = readable((await admin.get(`/api-keys/${id}/revoke`)).text)
  expect(asked).toContain("Revoke Aaa?")
  expect(asked).toContain("tokens with which browsers watch jobs")
  const { to } = await admin.post(`/api-keys/${id}/revoke`)
  expect(to).toBe("/api-keys")
  const { text } = await admin.get("/api-keys")
  expect(text.indexOf("Aaa")).toBeGreaterThan(text.indexOf("Zzz"))
  expect(text).not.toContain(`/api-keys/${id}/revoke`)
  expect(readable(text)).toMatch(/Aaa .*Revoked/)
  for (const verb of ["rotate", "revoke"])
    expect((await admin.get(`/api-keys/${id}/${verb}`)).status).toBe(404)
  expect((await admin.post(`/api-keys/${id}/rotate`)).status).toBe(404)
})

test.each(["0", "99999", "999999999999999"])("no key has the id %s", async (id) => {
  for (const verb of ["rotate", "revoke"]) {
    expect((await admin.get(`/api-keys/${id}/${verb}`)).status).toBe(404)
    expect((await admin.post(`/api-keys/${id}/${verb}`)).status).toBe(404)
  }
})

test("the page of an id that was never given isn't that of the key after it", async () => {
  const before = await sluice.createApiKey({ name: "before the gap", role: "reader" })
  await database.rows("select nextval(pg_get_serial_sequence('sluice.api_keys', 'id'))")
  const after = await sluice.createApiKey({ name: "after the gap", role: "reader" })
  const gap = `${Number(before.id) + 1}`
  expect(after.id).toBe(`${Number(before.id) + 2}`)
  for (const verb of ["rotate", "revoke"]) {
    const { status, text } = await admin.get(`/api-keys/${gap}/${verb}`)
    expect({ verb, status }).toEqual({ verb, status: 404 })
    expect(text).not.toContain("after the gap")
    expect((await admin.post(`/api-keys/${gap}/${verb}`)).status).toBe(404)
  }
  expect(await sluice.getPrincipal(`key:${after.id}`)).toBeDefined()
})

test.each(["reader", "operator"] as const)("a %s sees no keys, and makes and ends none", async (role) => {
  const visitor = visitDashboard(sluice, role)
  const { id } = await sluice.createApiKey({ name: `Of ${role}`, role: "reader" })
  expect((await visitor.get("/")).text).not.toContain("/api-keys")
  const before = await sluice.listApiKeys()
  for (const path of ["", "/new", `/${id}/rotate`, `/${id}/revoke`])
    expect((await visitor.get(`/api-keys${path}`)).status).toBe(403)
  const form = { name: "Mine", role: "admin" }
  for (const path of ["/new", `/${id}/rotate`, `/${id}/revoke`])
    expect((await visitor.post(`/api-keys${path}`, form)).status).toBe(403)
  expect(await sluice.listApiKeys()).toEqual(before)
})

test("what is done with keys is in the audit log, without secrets", async () => {
  const { actions } = await sluice.listActions({ limit: 100 })
  expect(new Set(actions.map(({ action }) => action))).toEqual(
    new Set(["createApiKey", "rotateApiKey", "revokeApiKey"]),
  )
  expect(JSON.stringify(actions)).not.toMatch(SECRET)
})

test("a key's name is text", async () => {
  const evil = "<img src=x onerror=alert(1)>"
  await admin.post("/api-keys/new", { name: evil, role: "reader" })
  const { text } = await admin.get("/api-keys")
  expect(text).not.toContain("<img")
  expect(text).toContain("&lt;img src=x onerror=alert(1)&gt;")
})
