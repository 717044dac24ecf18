import { defineJob, defineSchedule } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { BAD_CRON_STRINGS, CRON_STRINGS } from "./cron-strings.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })

test.each(CRON_STRINGS)(
  "$cron ($from) has the ticks that its author expects",
  async ({ cron, zone, after, ticks }) => {
    const [{ found }] = await database.rows(
      "select sluice.cron_ticks(sluice.parse_cron($1), $2, $3, 'infinity', $4) as found",
      [cron, zone ?? "UTC", after ?? "2027-02-10T10:30:00Z", ticks.length],
    )
    expect(found.map((tick: Date) => tick.toISOString().replace(".000", ""))).toEqual(ticks)
    expect(defineSchedule("schedule", { job, cron }).settings).toEqual({ cron })
  },
)

test.each(BAD_CRON_STRINGS)("%j is refused at character %i: %s", async (cron, at, message) => {
  const inSql = await database.rows("select sluice.parse_cron($1)", [cron]).catch((error) => error.message)
  expect(inSql).toContain(`cron is ${JSON.stringify(cron)}, and at character ${at} `)
  expect(inSql).toContain(message)
  expect(() => defineSchedule("schedule", { job, cron })).toThrow(
    expect.objectContaining({ code: "invalid_option", path: ["cron"], message: inSql }),
  )
})

test("a day that never comes is refused", async () => {
  const refused = database.rows("select sluice.set_schedule('never', $1)", [
    { name: "job", cron: "0 3 30 2 *" },
  ])
  await expect(refused).rejects.toThrow('cron is "0 3 30 2 *", and at character 5 the day never comes')
})
