import { createSluice, defineJob, discardOn, retryOn, type Sluice } from "@sluice/core"
import { expect, test } from "vitest"
import { z } from "zod"
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

test("a name's page has what becomes of its failures, its limits, its schedules and its input", async () => {
  class TooBusy extends Error {}
  class NoSuchAddress extends Error {}
  const letter = defineJob({
    name: "letter",
    input: z.object({ address: z.string() }),
    maxAttempts: 9,
    retry: [
      retryOn(TooBusy, { attempts: 4, wait: "30s" }),
      retryOn("Flood", { attempts: "unlimited", wait: () => "1h" }),
      discardOn(NoSuchAddress),
    ],
    concurrency: [{ key: ({ address }) => address }, { key: "printer", limit: 3 }],
    rate: { by: "queue", limit: 100, per: "1m" },
    perform() {},
  })
  const own = createSluice({ database: database.pool, jobs: [letter], defaults: {} }) as unknown as Sluice
  await own.setSchedule("weekly-letter", { name: "letter", cron: "0 8 * * MON", payload: { address: "x" } })
  const visitor = visitDashboard(own, "reader")
  const { text } = await visitor.get("/names/letter")
  const shown = readable(text)
  expect(shown).toContain("TooBusy Tried up to 4 times 30s, 30s, 30s")
  expect(shown).toContain("Flood Tried up to 9 times computed")
  expect(shown).toContain("NoSuchAddress Discarded –")
  expect(shown).toContain("Other errors Tried up to 9 times 1s, 16s, 1m 21s, 4m 16s, 10m 25s, …")
  expect(shown).toContain("1 at once (for each key, computed) 3 at once printer")
  expect(text).toContain('href="/limits/key?key=printer"')
  expect(shown).toContain("100 / 1m (for each queue)")
  expect(shown).toContain("weekly-letter At 08:00, only on Monday")
  expect(shown).toContain("Input schema")
  expect(readable((await reader.get("/names/letter")).text)).toContain("which this dashboard doesn't have")
  await own.deleteSchedule("weekly-letter")
})

test("the policies and schedules of a name are found behind thousands of others", async () => {
  await sluice.setSchedule("zz", { name: "reports/daily", cron: "0 8 * * *" })
  await database.rows("insert into sluice.definitions (name) select 'a' || n from generate_series(1, 1001) n")
  await database.rows(`
    insert into sluice.schedules
    select (jsonb_populate_record(s, jsonb_build_object('key', 'a' || n, 'name', 'fails'))).*
    from sluice.schedules s, generate_series(1, 1001) n where s.key = 'zz'`)
  const shown = readable((await reader.get("/names/reports/daily")).text)
  expect(shown).toMatch(/Timeout 1m 30s/)
  expect(shown).toContain("zz At 08:00")
  expect(await sluice.listDefinitions({ name: "reports/daily" })).toHaveLength(1)
  await database.rows("delete from sluice.definitions where name ~ '^a'")
  await database.rows("delete from sluice.schedules")
})
