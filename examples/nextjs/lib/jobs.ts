import { setTimeout } from "node:timers/promises"
import { Discard, defineJob } from "@sluice/core"
import { and, eq, sql } from "drizzle-orm"
import { db, orders, reports } from "./database.ts"

/** Adds up the orders of a year. */
export const buildReport = defineJob({
  name: "build-report",
  timeout: "1m",
  async perform({ report }: { report: number }, { progress, signal }) {
    const [{ year } = {}] = await db.select().from(reports).where(eq(reports.id, report))
    if (year === undefined) throw new Discard(`There is no report ${report}`)
    let cents = 0
    for (let month = 1; month <= 12; month++) {
      const [row] = await db
        .select({ cents: sql<number>`coalesce(sum(${orders.cents}), 0)`.mapWith(Number) })
        .from(orders)
        .where(and(eq(orders.year, year), eq(orders.month, month)))
      cents += row?.cents ?? 0
      progress((month / 12) * 100, `${month} of 12 months`)
      await setTimeout(500, undefined, { signal }) // so that you have something to watch
    }
    await db.update(reports).set({ cents }).where(eq(reports.id, report))
    return { cents }
  },
})

export const jobs = [buildReport]
