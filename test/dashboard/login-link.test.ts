import { createSluice } from "@sluice/core"
import { createDashboard } from "@sluice/http/dashboard"
import { createLoginToken } from "@sluice/http/login-link"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const { pool } = await createDatabase()
const KEY = "the key of the environment"
const BASE = "/dashboard"
const app = createDashboard({ sluice: createSluice({ database: pool }), apiKey: KEY, basePath: BASE })

function open(token: string, headers: Record<string, string> = {}) {
  const address = `http://dashboard.example.org${BASE}/login?token=${encodeURIComponent(token)}`
  return app.request(address, { redirect: "manual", headers })
}

function cookieOf(answer: Response): string {
  return answer.headers.get("set-cookie")?.split(";")[0] ?? ""
}

test("a link logs in whoever opens it first, and nobody after", async () => {
  const token = createLoginToken(KEY, 60_000)
  const first = await open(token)
  expect([first.status, first.headers.get("location")]).toEqual([303, `${BASE}/`])
  const inside = { cookie: cookieOf(first) }
  expect((await app.request(`http://dashboard.example.org${BASE}/`, { headers: inside })).status).toBe(200)

  const second = await open(token)
  expect(second.status).toBe(401)
  expect(second.headers.get("set-cookie")).toBeNull()
  expect(await second.text()).toContain("This link was used already, or is too old")
})

test("the browser that has used a link is led inside by it, without a new session", async () => {
  const token = createLoginToken(KEY, 60_000)
  const inside = { cookie: cookieOf(await open(token)) }
  const again = await open(token, inside)
  expect([again.status, again.headers.get("location")]).toEqual([303, `${BASE}/`])
  expect(again.headers.get("set-cookie")).toBeNull()
})

test.each([
  ["that is too old", createLoginToken(KEY, -1)],
  ["of another key", createLoginToken("the key of somebody else", 60_000)],
  ["that was changed", changed(createLoginToken(KEY, 60_000))],
  ["that is empty", ""],
  ["without a signature", Buffer.from(`{"id":"x","until":${Date.now() + 60_000}}`).toString("base64url")],
])("a link %s logs nobody in", async (_, token) => {
  const answer = await open(token)
  expect(answer.status).toBe(401)
  expect(answer.headers.get("set-cookie")).toBeNull()
})

test("what was signed for a session is no link", async () => {
  const [, session = ""] = cookieOf(await open(createLoginToken(KEY, 60_000))).split("=")
  expect((await open(session)).status).toBe(401)
})

test("a link is no session", async () => {
  const cookie = `sluice_session_dashboard=${createLoginToken(KEY, 60_000)}`
  const answer = await app.request(`http://dashboard.example.org${BASE}/`, { headers: { cookie } })
  expect(answer.status).toBe(401)
})

/** With a later end, under the old signature. */
function changed(token: string): string {
  const [text = "", proof] = token.split(".")
  const later = Buffer.from(text, "base64url")
    .toString()
    .replace(/"until":\d/, '"until":9')
  return `${Buffer.from(later).toString("base64url")}.${proof}`
}
