import { actingAs, createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const ada = { id: "key:7", name: "Ada", role: "admin" } as const
const bob = { id: "oidc:bob@example.org", name: "Bob", role: "operator" } as const

beforeEach(() => database.rows("truncate sluice.audit_log restart identity"))

test("the audit log says who did what, on which way, to how many jobs", async () => {
  await sluice.enqueueMany([{ name: "welcome" }, { name: "welcome" }])
  await actingAs(sluice, ada, "dashboard").cancelJobs({ name: "welcome" })
  await actingAs(sluice, bob, "cli").pauseQueue("mail", { for: "5m" })
  const text = readable((await visitDashboard(sluice).get("/audit")).text)

  expect(text).toMatch(/Bob pauseQueue mail for 5m – Command line Done/)
  expect(text).toMatch(/Ada cancelJobs filter name: welcome 2 Dashboard Done/)
})

test("an action that failed says why, and one that has not ended that it hasn't", async () => {
  await actingAs(sluice, ada, "api")
    .cancelJob("999999")
    .catch(() => {})
  await actingAs(sluice, ada, "api").pauseName("welcome")
  await database.rows(
    "update sluice.audit_log set outcome = null, ended_at = null where action = 'pauseName'",
  )
  const text = readable((await visitDashboard(sluice).get("/audit")).text)

  expect(text).toContain("Not ended")
  expect(text).toMatch(/Failed No job has the id 999999/)
})

test("the log is narrowed to an actor, an action or a way by its address, and read in pages", async () => {
  for (let index = 0; index < 60; index++) await actingAs(sluice, ada, "api").pauseName(`name-${index}`)
  await actingAs(sluice, bob, "cli").resumeName("name-1")
  const visitor = visitDashboard(sluice)
  const page = async (address: string) => readable((await visitor.get(address)).text)

  expect(await page("/audit?actor=key:7")).not.toContain("resumeName")
  expect(await page("/audit?action=resumeName")).not.toContain("pauseName")
  expect(await page("/audit?via=cli")).toContain("Through: Command line")
  const first = (await visitor.get("/audit?actor=key:7")).text
  const next = /rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"/.exec(first)
  const address = (next?.[1] ?? next?.[2] ?? "").replaceAll("&amp;", "&")
  expect(address).toContain("actor=key")
  const second = await page(address)
  expect(second).toContain("name-0")
  expect(second).not.toContain("name-59")
})

test("a filter that makes no sense is told, in place of a list that it doesn't narrow", async () => {
  const senseless = [
    "after=x",
    "via=post",
    `actor=${"x".repeat(5_000)}`,
    "actor=%00",
    "action=%27--",
    "action=retryJob5",
  ]
  for (const query of senseless) {
    const { status, text } = await visitDashboard(sluice).get(`/audit?${query}`)
    expect({ query, status }).toEqual({ query, status: 200 })
    expect(readable(text), query).toContain("This filter can't be used")
    expect(readable(text), query).not.toContain("name-59")
  }
  expect(readable((await visitDashboard(sluice).get("/audit?actor=")).text)).not.toContain("can't be used")
})

test("an action that is mistyped is answered with the nearest, and one that is like none with all", async () => {
  const words = async (action: string) =>
    readable((await visitDashboard(sluice).get(`/audit?action=${action}`)).text)
  const near = await words("deletejob")
  expect(near).toContain('action is "deletejob": did you mean "deleteJob"?')
  expect(near).not.toContain("revokeApiKey")
  expect(await words("x")).toMatch(/give "enqueue" or .*"revokeApiKey"/)
})

test("an empty log says what will be in it", async () => {
  const visitor = visitDashboard(sluice)
  expect(readable((await visitor.get("/audit")).text)).toContain("Nothing was recorded yet")
  expect(readable((await visitor.get("/audit?action=deleteJobs")).text)).toContain("No action matches")
})

test("only admins see the log, or a link to it", async () => {
  for (const role of ["reader", "operator"] as const) {
    const visitor = visitDashboard(sluice, role)
    expect((await visitor.get("/audit")).status).toBe(403)
    expect((await visitor.get("/")).text).not.toContain('href="/audit"')
  }
  expect((await visitDashboard(sluice).get("/")).text).toContain('href="/audit"')
})

test("whatever was recorded is shown as text", async () => {
  const hostile = `<script>alert("x")</script>`
  await actingAs(sluice, { ...ada, name: hostile }, "api")
    .cancelJobs({ tag: hostile })
    .catch(() => {})
  await actingAs(sluice, ada, "api")
    .cancelJob(hostile)
    .catch(() => {})
  const { text } = await visitDashboard(sluice).get(`/audit?actor=${encodeURIComponent(hostile)}`)
  const whole = await visitDashboard(sluice).get("/audit")

  for (const page of [text, whole.text]) expect(page).not.toContain("<script>alert")
  expect(readable(whole.text)).toContain(hostile)
})

test("the key of the environment is called what it is, in the reader's language", async () => {
  await actingAs(sluice, { id: "environment", name: "environment", role: "admin" }, "api").pauseQueue(
    "default",
  )
  const { text } = await visitDashboard(sluice).get("/audit?actor=environment", { "accept-language": "de" })

  expect(readable(text)).toContain("API-Schlüssel pauseQueue")
})
