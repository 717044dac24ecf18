import type { NewApiKey } from "@sluice/core"
import { afterEach, beforeAll, expect, test, vi } from "vitest"
import { useApi } from "./api.ts"

// Who enqueues a job may let a browser watch it, without a key that reads.
const api = await useApi()
const { sluice } = api

let enqueuer: NewApiKey
beforeAll(async () => {
  enqueuer = await sluice.createApiKey({ name: "app", role: "enqueuer", queues: ["own"] })
})

afterEach(() => {
  vi.useRealTimers()
})

async function enqueue(body: object, headers: Record<string, string> = {}) {
  return api.request("POST", "/v1/jobs", {
    body: { name: "anything", ...body },
    headers,
    key: enqueuer.secret,
  })
}

const watch = (id: string, token: string) =>
  api.request("GET", `/v1/jobs/${id}/events?token=${token}`, { key: null })

test("an enqueuer gets a token for the job that it stores, and for no other", async () => {
  const { status, body } = await enqueue({ tokenExpiresIn: "1h" })
  expect([status, body.status]).toEqual([201, "enqueued"])
  const lastsMs = Date.parse(body.tokenExpiresAt) - Date.now()
  expect(lastsMs).toBeGreaterThan(3_590_000)
  expect(lastsMs).toBeLessThanOrEqual(3_600_000)
  expect(await watch(body.id, body.token)).toMatchObject({ status: 200 })
  const { id: other } = await sluice.enqueue("anything", {})
  expect(await watch(other, body.token)).toMatchObject({ status: 401, body: { code: "wrong_token" } })
  const made = await api.request("POST", `/v1/jobs/${body.id}/token`, { key: enqueuer.secret })
  expect(made).toMatchObject({ status: 403 })
})

test("a token ends with the key that asked for it, and outlives its rotation", async () => {
  const key = await sluice.createApiKey({ name: "leaver", role: "enqueuer" })
  const reader = await sluice.createApiKey({ name: "reader", role: "reader" })
  const asked = await api.request("POST", "/v1/jobs", {
    body: { name: "anything", tokenExpiresIn: "1h" },
    key: key.secret,
  })
  const { id, token } = asked.body
  const made = await api.request("POST", `/v1/jobs/${id}/token`, { key: reader.secret })
  await sluice.rotateApiKey(key.id, { overlap: 0 })
  expect(await watch(id, token)).toMatchObject({ status: 200 })
  expect(await watch(id, made.body.token)).toMatchObject({ status: 200 })
  await sluice.revokeApiKey(key.id)
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30_000 })
  expect(await watch(id, token)).toMatchObject({ status: 401, body: { code: "wrong_token" } })
  expect(await watch(id, made.body.token)).toMatchObject({ status: 200 })
  const forged = [token.replace(`_k${key.id}_`, "_"), token.replace(`_k${key.id}_`, `_k${reader.id}_`)]
  for (const other of forged) expect(await watch(id, other)).toMatchObject({ status: 401 })
})

test("without asking there is none", async () => {
  const { body } = await enqueue({})
  expect(Object.keys(body).sort()).toEqual(["id", "state", "status"])
})

test("a job that was there already gets none, because it may be another caller's", async () => {
  await sluice.enqueue("anything", {}, { uniqueKey: "taken", delay: "1h" })
  const kept = await enqueue({ options: { uniqueKey: "taken" }, tokenExpiresIn: 60 })
  expect(kept).toMatchObject({ status: 200, body: { status: "deduplicated" } })
  expect(kept.body.token).toBeUndefined()
  const unique = { key: "changed", while: "waiting", onConflict: "replace" } as const
  await sluice.enqueue("anything", {}, { queue: "own", unique, delay: "1h" })
  const replaced = await enqueue({ options: { unique, delay: "1h" }, tokenExpiresIn: 60 })
  expect(replaced).toMatchObject({ status: 200, body: { status: "replaced" } })
  expect(replaced.body.token).toBeUndefined()
})

test("a request that is sent again gets a token for the job that the first one stored", async () => {
  const send = () => enqueue({ tokenExpiresIn: "1m" }, { "Idempotency-Key": '"again"' })
  const [first, second] = [await send(), await send()]
  expect(second.body.id).toBe(first.body.id)
  expect(await watch(first.body.id, second.body.token)).toMatchObject({ status: 200 })
})

test("a wrong time is refused before anything is stored", async () => {
  const before = await api.rows("select count(*)::int as jobs from sluice.jobs")
  for (const tokenExpiresIn of [0, -1, "8d", "soon", null, [], {}])
    expect(await enqueue({ tokenExpiresIn })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/tokenExpiresIn" }] },
    })
  expect(await api.rows("select count(*)::int as jobs from sluice.jobs")).toEqual(before)
})
