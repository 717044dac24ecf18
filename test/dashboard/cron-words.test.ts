import { createSluice, defineJob, type Sluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const report = defineJob({ name: "report", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [report] }) as unknown as Sluice
const { get } = visitDashboard(sluice)

test.each([
  ["en", "30 8 * * MON-FRI", "At 08:30, Monday through Friday"],
  ["en", "0 3 * * *", "At 03:00, every day"],
  ["en", "@daily", "At 00:00, every day"],
  ["en", "0 0 1,15 * *", "At 00:00, on day 1 and 15 of the month"],
  ["en", "0 9 * * FRIL", "At 09:00, on the last Friday of the month"],
  ["en", "0 9 LW * *", "At 09:00, on the last weekday of the month"],
  ["en", "*/10 * * * * *", "Every 10 seconds"],
  ["en", "5 4 * * 7", "At 04:05, only on Sunday"],
  ["en", "0 0 13 * FRI", "At 00:00, on day 13 of the month; or: At 00:00, only on Friday"],
  // a step that doesn't divide its field begins again with the next one
  ["en", "*/45 * * * *", "At 0 and 45 minutes past the hour"],
  ["en", "50/15 * * * *", "At 50 minutes past the hour"],
  ["en", "0 */9 * * *", "At 00:00, 09:00 and 18:00"],
  ["en", "0 7 */10 * *", "At 07:00, on day 1, 11, 21, and 31 of the month"],
  ["en", "0 7 1 */5 *", "At 07:00, on day 1 of the month, only in January, June, and November"],
  ["en", "0 7 * * */3", "At 07:00, only on Sunday, Wednesday, and Saturday"],
  ["en", "5/30 * * * *", "Every 30 minutes, starting at 5 minutes past the hour"],
  ["de", "30 8 * * MON-FRI", "Um 08:30, Montag bis Freitag"],
  ["fr", "*/15 * * * *", "Toutes les 15 minutes"],
  ["es", "0 9 * * FRI#2", "A las 09:00, en el segundo viernes del mes"],
  ["ar", "*/15 * * * *", "كل 15 دقائق"],
])("in %s, %s is: %s", async (language, cron, words) => {
  await sluice.setSchedule("words", { name: "report", cron, timeZone: "Europe/Berlin" })
  const shown = `${words} ${cron} (Europe/Berlin)`
  for (const path of ["/schedules", "/schedules/words"])
    expect(readable((await get(path, { "accept-language": language })).text)).toContain(shown)
})

test("an expression without words is shown by itself", async () => {
  await sluice.setSchedule("odd", { name: "report", cron: "0 9 1W,L * *" })
  const { status, text } = await get("/schedules/odd")
  expect(status).toBe(200)
  expect(readable(text)).toContain("0 9 1W,L * *")
})
