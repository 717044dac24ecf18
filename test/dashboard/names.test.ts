import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "reports/daily", timeout: "90s", perform() {} }),
  defineJob({
    name: "fails",
    maxAttempts: 1,
    perform() {
      throw new Error("no")
    },
  }),
])
const reader = visitDashboard(sluice, "reader")
const operator = visitDashboard(sluice, "operator")

test("without executions, the page says what to do next", async () => {
  expect(readable((await reader.get("/names")).text)).toContain("Nothing was performed in this time")
})

test("each name has its executions and the share that failed, and a page", async () => {
  await sluice.enqueueMany([{ name: "reports/daily" }, { name: "reports/daily" }, { name: "fails" }])
  await drainOnce()
  const { text } = await reader.get("/names")
  expect(text).toContain('href="/names/reports/daily"')
  expect(readable(text)).toMatch(/reports\/daily 2 0%/)
  expect(readable(text)).toMatch(/fails 1 100%/)
  expect(readable((await reader.get("/names?q=REPORT")).text)).not.toContain("fails 1")
  expect(readable((await reader.get("/names?q=%3Cb%3E")).text)).toContain("No name contains this text")
})

test("names are sorted by any column, and by none that there isn't", async () => {
  const order = async (sort: string) => {
    const { text } = await reader.get(`/names?sort=${sort}`)
    return readable(text).indexOf("fails 1") < readable(text).indexOf("daily 2") ? "fails" : "daily"
  }
  expect(await order("name")).toBe("fails")
  expect(await order("-name")).toBe("daily")
  expect(await order("-failures")).toBe("fails")
  expect(await order("constructor")).toBe("daily")
})

test("a name's page has its figures, its slowest jobs and its policies", async () => {
  const { status, text } = await reader.get("/names/reports/daily")
  expect(status).toBe(200)
  expect(readable(text)).toContain("Executions 2")
  expect(text).toMatch(/href="\/jobs\/\d+"/)
  expect(readable(text)).toMatch(/Timeout 1m 30s/)
  expect(text).toContain('href="/jobs?name=reports%2Fdaily"')
  expect(text).not.toContain("/names/pause")
  expect((await reader.get("/names/%3Cscript%3E")).status).toBe(404)
  expect(readable((await reader.get("/names/unknown")).text)).toContain(
    "None of the newest jobs has this name",
  )
})

test("an operator pauses a name for a while, and resumes it", async () => {
  expect((await reader.post("/names/pause", { target: "reports/daily" })).status).toBe(403)
  const { to } = await operator.post("/names/pause", { target: "reports/daily", for: "1h" })
  expect(to).toBe("/names/reports/daily")
  expect(await sluice.listPauses()).toMatchObject([{ kind: "name", target: "reports/daily" }])
  expect((await sluice.listPauses())[0]?.until?.getTime()).toBeGreaterThan(Date.now() + 3_000_000)
  for (const path of ["/names", "/names/reports/daily"])
    expect(readable((await reader.get(path)).text)).toContain("Paused (ends")
  await operator.post("/names/resume", { target: "reports/daily" })
  expect(await sluice.listPauses()).toEqual([])
  expect((await operator.post("/names/pause", { target: "<b>" })).status).toBe(400)
})
