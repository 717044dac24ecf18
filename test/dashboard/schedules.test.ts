import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const HOSTILE = `<script>alert(1)</script>"'&`

const database = await createDatabase()
const job = defineJob({ name: "report", async perform() {} })
const { sluice, drainOnce } = drainable(database, [job])
const operator = visitDashboard(sluice, "operator")
const reader = visitDashboard(sluice, "reader")

test("without schedules, the page says how to make one", async () => {
  await drainOnce()
  expect(readable((await reader.get("/schedules")).text)).toContain("There are no schedules yet")
})

test("when a schedule has ticks stands with its time zone, UTC too", async () => {
  const put = { name: "report", cron: "5 4 * * *" }
  await sluice.setSchedule("universal", put)
  await sluice.setSchedule("berlin", { ...put, timeZone: "Europe/Berlin" })
  const page = readable((await reader.get("/schedules")).text)
  expect(page).toMatch(/5 4 \* \* \* \(UTC\)/)
  expect(page).toMatch(/5 4 \* \* \* \(Europe\/Berlin\)/)
  for (const key of ["universal", "berlin"]) await sluice.deleteSchedule(key)
})

test("a schedule is made by the form, in which names are suggested", async () => {
  const { text } = await operator.get("/schedules?new=1")
  expect(text).toContain('<option value="report">')
  const form = {
    key: "nightly/report",
    name: "report",
    cron: "0 3 * * *",
    timeZone: "Europe/Berlin",
    payload: JSON.stringify({ note: HOSTILE }),
    options: '{"queue": "mail"}',
    overlap: "skip",
    catchUp: "all",
    jitter: "30s",
  }
  expect((await operator.post("/schedules", form)).to).toBe("/schedules/nightly%2Freport")
  expect(await sluice.getSchedule("nightly/report")).toMatchObject({
    cron: "0 3 * * *",
    timeZone: "Europe/Berlin",
    payload: { note: HOSTILE },
    options: { queue: "mail" },
    overlap: "skip",
    catchUp: { policy: "all", within: null },
    jitter: "30s",
  })
})

test.each([
  ["cron", { cron: "0 25 * * *" }, "at character 3 the hour is 25"],
  ["cron", { cron: "0 3 * * *", every: "1h" }, "cron or every, not both"],
  ["timeZone", { timeZone: "Mars/Olympus" }, "a time zone of the IANA database"],
  ["payload", { payload: "{oops </textarea>" }, "This is not valid JSON"],
  ["payload", { payload: '{"id": 9007199254740993}' }, "JavaScript has no number 9007199254740993"],
  ["name", { name: "nobody knows" }, "name"],
  ["startsAt", { startsAt: "tomorrow" }, "an ISO 8601 instant"],
])(
  "what is wrong with %s stands beside the field, and what was typed stays",
  async (field, wrong, reason) => {
    const form = { key: "broken", name: "report", cron: "0 3 * * *", payload: '{"kept": 1}', ...wrong }
    const { status, text } = await operator.post("/schedules", form)
    expect(status).toBe(422)
    const label = field === "cron" && "every" in wrong ? "every" : field
    const place = text.slice(text.indexOf(`id="field-${label}-error"`))
    expect(readable(place.slice(0, 600))).toContain(reason)
    expect(text).not.toContain("oops </textarea>")
    if (field !== "payload") expect(text).toContain("{&quot;kept&quot;: 1}")
    expect(await sluice.getSchedule("broken")).toBeUndefined()
  },
)

test("a schedule's page has its next ticks, its settings as text, and its last ticks", async () => {
  await operator.post("/schedules/nightly%2Freport/run")
  const { status, text } = await reader.get("/schedules/nightly%2Freport")
  expect(status).toBe(200)
  expect(text).not.toContain("<script>alert")
  expect(text.match(/<ol class="ticks">.*?<\/ol>/s)?.[0].match(/<li>/g)).toHaveLength(5)
  expect(readable(text)).toContain("Enqueue a job for each")
  expect(readable(text)).toContain("by hand Enqueued")
})

test("a tick behind a change of the clocks says so", async () => {
  const year = new Date().getUTCFullYear() + 1
  await sluice.setSchedule("spring", {
    name: "report",
    cron: "0 12 * * *",
    timeZone: "Europe/Berlin",
    startsAt: `${year}-03-26T00:00:00Z`,
  })
  const { text } = await reader.get("/schedules/spring")
  expect(readable(text)).toMatch(/The clocks change before it, from UTC\+01:00 to UTC\+02:00/)
})

test("a schedule is edited: what the form doesn't have, or the reader may not see, is kept", async () => {
  await sluice.setSchedule("secret", {
    name: "report",
    every: "1h",
    payload: { apiKey: "s3cret" },
    enabled: false,
    catchUp: { policy: "all", within: "2h" },
  })
  const { text } = await operator.get("/schedules/secret?edit=1")
  expect(text).not.toContain("s3cret")
  await operator.post("/schedules/secret/edit", { name: "report", every: "2h", payload: "", catchUp: "once" })
  expect(await sluice.getSchedule("secret")).toMatchObject({
    every: "2h",
    payload: { apiKey: "s3cret" },
    enabled: false,
    catchUp: { policy: "once", within: "2h" },
  })
})

test("a schedule is turned on and off, paused, resumed and deleted", async () => {
  const read = async () => sluice.getSchedule("secret")
  await operator.post("/schedules/secret/on")
  expect(await read()).toMatchObject({ enabled: true, every: "2h", catchUp: { within: "2h" } })
  await operator.post("/schedules/secret/pause", { for: "1d" })
  expect(await read()).toMatchObject({ paused: true, pausedUntil: expect.any(Date) })
  await operator.post("/schedules/secret/resume")
  expect(await read()).toMatchObject({ paused: false })
  expect(readable((await operator.get("/schedules/secret?delete=1")).text)).toContain("Delete secret?")
  expect((await operator.post("/schedules/secret/delete")).to).toBe("/schedules")
  expect(await read()).toBeUndefined()
  expect((await reader.get("/schedules/secret")).status).toBe(404)
})

test("one that is defined in code can be run and paused, but not changed", async () => {
  await database.pool.query("update sluice.schedules set is_dynamic = false where key = 'spring'")
  const { text } = await operator.get("/schedules/spring?edit=1")
  expect(text).not.toContain("/schedules/spring/edit")
  expect(readable(text)).toContain("It is defined in code")
  await operator.post("/schedules/spring/off")
  await operator.post("/schedules/spring/delete")
  expect(await sluice.getSchedule("spring")).toMatchObject({ enabled: true })
})

test("a reader sees no forms, and is refused what they do", async () => {
  const { text } = await reader.get("/schedules/spring")
  expect(text).not.toContain('action="/schedules')
  expect((await reader.get("/schedules?new=1")).text).not.toContain('action="/schedules"')
  for (const verb of ["run", "pause", "resume", "on", "off", "delete", "edit"])
    expect((await reader.post(`/schedules/spring/${verb}`)).status).toBe(403)
  expect((await reader.post("/schedules", { key: "x", name: "report", every: "1h" })).status).toBe(403)
  expect(await sluice.getSchedule("x")).toBeUndefined()
})
