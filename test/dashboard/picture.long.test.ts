import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { createSluice, defineJob } from "@sluice/core"
import { beforeAll, expect } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { browserTest, SCREENSHOTS, useBrowser } from "./browser.ts"

/** `npm run docs:picture` writes the README's picture; other runs write to the folder of screenshots. */
const FOLDER = process.env.SLUICE_PICTURE ? join(import.meta.dirname, "../../docs/images") : SCREENSHOTS

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "send-receipt", queue: "mail", perform() {} }),
  defineJob({ name: "resize-image", queue: "images", perform() {} }),
  defineJob({
    name: "charge-card",
    queue: "billing",
    maxAttempts: 2,
    perform({ order }: { order: number }) {
      throw new Error(`The card of order ${order} was declined`)
    },
  }),
])
const browser = await useBrowser(sluice)

/** An hour of a shop: mails and images all the time, and some cards that are declined. */
beforeAll(async () => {
  await sluice.enqueueMany([
    ...Array.from({ length: 90 }, () => ({ name: "send-receipt" })),
    ...Array.from({ length: 60 }, () => ({ name: "resize-image" })),
    ...Array.from({ length: 7 }, (_, n) => ({ name: "charge-card", payload: { order: 4711 + n } })),
  ])
  await drainOnce()
  await spreadOverAnHour()
  const enqueuer = createSluice({ database: database.pool })
  await enqueuer.enqueueMany([
    ...Array.from({ length: 34 }, (_, n) => ({
      name: "build-report",
      options: { queue: "reports", runAt: new Date(Date.now() - n * 1_500) },
    })),
    ...Array.from({ length: 12 }, () => ({
      name: "send-receipt",
      options: { queue: "mail", delay: "2h" as const },
    })),
  ])
  await enqueuer.setSchedule("nightly-report", {
    name: "build-report",
    cron: "0 3 * * *",
    timeZone: "Europe/Berlin",
  })
})

browserTest("the picture of the dashboard in the README can be taken", async () => {
  const { page, complaints, close } = await browser.open("/")
  await page.getByRole("heading", { name: "Overview" }).waitFor()
  await page.setViewportSize({ width: 1280, height: 860 })
  await mkdir(FOLDER, { recursive: true })
  const picture = await page.screenshot({ path: join(FOLDER, "dashboard.png") })
  expect(picture.length).toBeLessThan(200_000)
  expect(complaints).toEqual([])
  await close()
})

/** Notes what the drain has measured for each minute before as well, in waves. */
async function spreadOverAnHour(): Promise<void> {
  await database.rows(`
    insert into sluice.noted_measures (starts_at, name, queue, succeeded, retried, discarded, busy_ms, waited_ms, billed_mb_ms, runs, waits)
    select m.starts_at - minute * interval '1 minute', m.name, m.queue,
      round(m.succeeded * (1 + 0.5 * sin(minute / 7.0) + 0.2 * sin(minute * 1.7))),
      case when minute % 9 = 3 then m.retried else 0 end, case when minute % 13 = 5 then m.discarded else 0 end,
      m.busy_ms, m.waited_ms, m.billed_mb_ms, m.runs, m.waits
    from sluice.noted_measures m, generate_series(1, 58) minute`)
}
