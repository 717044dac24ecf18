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
  for (const verb of ["key/pause", "key/resume", "key/limit", "key/override", "rate"])
    expect((await reader.post(`/limits/${verb}`, { target: "account/7" })).status).toBe(403)
  expect((await reader.get("/limits/key?key=account%2F7")).text).not.toContain("/limits/key/override")
  expect((await reader.get("/limits?show=rates")).text).not.toContain('action="/limits/rate"')
})

test("an operator sets how many of a key's jobs run at once, and takes it back", async () => {
  const page = async () => readable((await operator.get("/limits/key?key=account%2F7")).text)
  const set = (running: string) => operator.post("/limits/key/override", { target: "account/7", running })
  await sluice.resumeKey("account/7")
  await set("9")
  expect(await page()).toMatch(/0 of 9 Set by an operator; its jobs ask for 2/)
  expect(readable((await reader.get("/limits?order=key")).text)).toMatch(
    /account\/7 Set by an operator 0 of 9/,
  )
  await set("none")
  expect(await page()).toMatch(/0 of 9/)
  await set("")
  expect(await page()).toMatch(/Running 0 of 2 Wait/)
})

test("an operator sets a rate, and takes it back", async () => {
  const page = async () => readable((await operator.get("/limits?show=rates")).text)
  const set = (starts: string, per: string) => operator.post("/limits/rate", { target: "smtp", starts, per })
  await set("50", "10m")
  expect(await page()).toMatch(/smtp 50 in 10m Set by an operator 49 1/)
  for (const [starts, per] of [
    ["50", ""],
    ["x", "1m"],
    ["5", "soon"],
  ] as const) {
    await set(starts, per)
    expect(await page()).toMatch(/smtp 50 in 10m Set by an operator/)
  }
  await set("", "")
  expect(await page()).toMatch(/smtp 3 in 1h, up to 1 at once/)
})
