import { createServer, type Server, type Socket } from "node:net"
import { createSluice } from "@sluice/core"
import { Pool } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openApi, useApi } from "./api.ts"

const working = await useApi()

// A host that takes connections and says nothing, as a database behind a broken network does.
let mute: Server
const muted = new Set<Socket>()

beforeAll(async () => {
  mute = createServer((socket) => void muted.add(socket))
  await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve))
})

afterAll(async () => {
  for (const socket of muted) socket.destroy()
  await new Promise((resolve) => mute.close(resolve))
})

const portOf = (server: Server) => (server.address() as { port: number }).port

/** The API over a database at `url`, for the length of `use`. */
async function withDatabase(
  url: string,
  use: (api: Awaited<ReturnType<typeof openApi>>) => Promise<void>,
  schema = "sluice",
) {
  const database = new Pool({ connectionString: url, connectionTimeoutMillis: 3_000 })
  database.on("error", () => {})
  const api = await openApi({ sluice: createSluice({ database, schema }) })
  try {
    await use(api)
  } finally {
    await api.close()
    await database.end()
  }
}

const REQUESTS: [string, string, unknown?][] = [
  ["POST", "/v1/jobs", { name: "anything" }],
  ["POST", "/v1/jobs/batch", { jobs: [{ name: "anything" }] }],
  ["GET", "/v1/jobs/1"],
  ["GET", "/v1/queues"],
  ["POST", "/v1/queues/mail/pause"],
]

test("a database that is down is answered 503 with retry-after everywhere, and logged", async () => {
  await withDatabase("postgres://nobody:secret@127.0.0.1:1/gone", async (api) => {
    for (const [method, path, body] of REQUESTS) {
      const answer = await api.request(method, path, { body })
      expect(answer.body).toMatchObject({ status: 503, code: "database_unavailable" })
      expect(answer.headers.get("retry-after")).toMatch(/^\d+$/)
      expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|secret|nobody/)
      expect(api.logged.at(-1)).toContain(answer.body.instance)
    }
  })
})

test("a store of payloads that fails is answered 503 with retry-after, and not taken for the database", async () => {
  const database = new Pool({ connectionString: working.databaseUrl })
  const refuse = async () => {
    throw Object.assign(new Error("connect ECONNREFUSED 10.0.0.1:443"), { code: "ECONNREFUSED" })
  }
  const payloads = { store: { put: refuse, get: refuse }, over: 10 }
  const api = await openApi({ sluice: createSluice({ database, payloads }) })
  try {
    const answer = await api.post("/v1/jobs", { name: "anything", payload: { text: "long enough" } })
    expect(answer.body).toMatchObject({ status: 503, code: "store_unavailable" })
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/)
    expect(JSON.stringify(answer.body)).not.toContain("10.0.0.1")
    expect(api.logged.at(-1)).toContain("10.0.0.1")
  } finally {
    await api.close()
    await database.end()
  }
})

test("the deep health is 503 within a few seconds when the database is down or mute", async () => {
  for (const port of [1, portOf(mute)]) {
    await withDatabase(`postgres://nobody@127.0.0.1:${port}/gone`, async (api) => {
      const startedAt = Date.now()
      const answers = await Promise.all(Array.from({ length: 20 }, () => api.get("/health?deep=1")))
      expect(Date.now() - startedAt).toBeLessThan(3_000)
      for (const { status, body, headers } of answers) {
        expect({ status, code: body.code }).toEqual({ status: 503, code: "database_unavailable" })
        expect(headers.get("retry-after")).toMatch(/^\d+$/)
      }
    })
  }
})

test("however many ask for the deep health at once, the database is asked once", async () => {
  const before = muted.size
  await withDatabase(`postgres://nobody@127.0.0.1:${portOf(mute)}/gone`, async (api) => {
    await Promise.all(Array.from({ length: 20 }, () => api.get("/health?deep=1")))
  })
  expect(muted.size - before).toBe(1)
})

test("the health without `deep` asks no database, and needs no key", async () => {
  const before = muted.size
  await withDatabase(`postgres://nobody@127.0.0.1:${portOf(mute)}/gone`, async (api) => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.request("GET", "/health", { key: null })),
    )
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { status: "ok" } })
  })
  expect(muted.size).toBe(before)
})

test("the deep health without the key is refused before the database is asked", async () => {
  const before = muted.size
  await withDatabase(`postgres://nobody@127.0.0.1:${portOf(mute)}/gone`, async (api) => {
    const answer = await api.request("GET", "/health?deep=1", { key: null })
    expect(answer).toMatchObject({ status: 401, body: { code: "missing_key" } })
  })
  expect(muted.size).toBe(before)
})

test("the deep health is 200 when the database answers", async () => {
  expect(await working.get("/health?deep=1")).toMatchObject({ status: 200, body: { status: "ok" } })
})

test("a database without Sluice's schema is answered 503 with 'run migrate'", async () => {
  await withDatabase(
    working.databaseUrl,
    async (api) => {
      for (const [method, path, body] of REQUESTS) {
        const answer = await api.request(method, path, { body })
        expect({ path, ...answer.body }).toMatchObject({ path, status: 503, code: "schema_missing" })
        expect(answer.body.detail).toContain("run migrate")
      }
    },
    "not_migrated",
  )
})

test("a schema older than the code is answered 503 with 'run migrate'", async () => {
  await working.rows("create schema older")
  await working.rows(
    "create function older.store_job(integer, text, jsonb) returns text language plpgsql as $$ begin raise exception using errcode = 'SL001', message = 'The schema is at version 1: run migrate'; end $$",
  )
  await withDatabase(
    working.databaseUrl,
    async (api) => {
      const { body } = await api.post("/v1/jobs", { name: "anything" })
      expect(body).toMatchObject({
        status: 503,
        code: "schema_outdated",
        detail: expect.stringContaining("run migrate"),
      })
    },
    "older",
  )
})

test("an unexpected failure is answered 500 with no word of it, and logged with the same instance", async () => {
  await working.rows("create schema broken")
  await working.rows(
    "create function broken.store_job(p_schema_version integer, p_name text, p_payload text, p_queue text, p_priority integer, p_carrier text, p_by_name text, p_asks boolean) returns text language plpgsql as $$ begin raise exception 'the inner secret'; end $$",
  )
  await withDatabase(
    working.databaseUrl,
    async (api) => {
      const { body, status } = await api.post("/v1/jobs", { name: "anything" })
      expect({ status, code: body.code }).toEqual({ status: 500, code: "internal_error" })
      expect(JSON.stringify(body)).not.toContain("secret")
      expect(api.logged.at(-1)).toContain("the inner secret")
      expect(api.logged.at(-1)).toContain(body.instance)
    },
    "broken",
  )
})
