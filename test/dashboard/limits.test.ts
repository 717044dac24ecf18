import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const HOSTILE = `<img src=x onerror=alert(1)>"'&`

const database = await createDatabase()
const job = defineJob({ name: "job", async perform() {} })
const limited = defineJob({
  name: "limited",
  rate: { key: "smtp", limit: 3, per: "1h", burst: 1 },
  async perform() {},
})
const { sluice, drainOnce } = drainable(database, [job, limited])
const operator = visitDashboard(sluice, "operator")
const reader = visitDashboard(sluice, "reader")

test("without keys, the page says how one comes to be", async () => {
  expect(readable((await reader.get("/limits")).text)).toContain("No concurrency key is in use")
})

test("keys are listed with what runs, waits and is allowed, and lead to their page", async () => {
  await job.enqueue({}, { concurrencyKey: "account/7", concurrencyLimit: 2 })
  await job.enqueue({}, { concurrencyKey: HOSTILE, concurrencyLimit: 1 })
  await sluice.pauseKey("account/7", { for: "1h" })
  const { text } = await reader.get("/limits?order=key")
  expect(readable(text)).toMatch(/account\/7 Paused \(ends .*?\) 0 of 2 0 1 –/)
  expect(text).toContain('href="/limits/key?key=account%2F7"')
})

test("a key may be any text: it is shown as text, and acted on", async () => {
  const address = `/limits/key?key=${encodeURIComponent(HOSTILE)}`
  for (const path of ["/limits?order=key", address]) {
    const { status, text } = await operator.get(path)
    expect(status).toBe(200)
    expect(text).not.toContain("<img src=x")
    expect(text).toContain("&lt;img src=x onerror=alert(1)&gt;")
  }
  const { to } = await operator.post("/limits/key/pause", { target: HOSTILE })
  expect(new URL(to as string, "http://x").searchParams.get("key")).toBe(HOSTILE)
  expect((await sluice.listPauses()).map(({ target }) => target)).toContain(HOSTILE)
  await operator.post("/limits/key/resume", { target: HOSTILE })
  expect((await sluice.listPauses()).map(({ target }) => target)).not.toContain(HOSTILE)
  await operator.post("/limits/key/limit", { target: HOSTILE, waiting: "7" })
  expect(await sluice.listLimits()).toEqual([{ kind: "key", target: HOSTILE, waiting: 7 }])
})

test("rates are listed with what may start, and waiting limits with what they are of", async () => {
  await sluice.enqueueMany([{ name: "limited" }, { name: "limited" }])
  await drainOnce()
  expect(readable((await reader.get("/limits?show=rates")).text)).toMatch(
    /smtp 3 in 1h, up to 1 at once 0 1 in/,
  )
  expect((await reader.get("/limits?show=waiting")).text).toContain("&lt;img")
})

test("what is no key has a page that says so", async () => {
  for (const key of ["", "x".repeat(600), "%00"])
    expect((await reader.get(`/limits/key?key=${key}`)).status).toBe(404)
})

test("a reader is refused what the forms do", async () => {
  for (const verb of ["pause", "resume", "limit"])
    expect((await reader.post(`/limits/key/${verb}`, { target: "account/7" })).status).toBe(403)
})
