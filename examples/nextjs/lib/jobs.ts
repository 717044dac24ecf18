import { setTimeout } from "node:timers/promises"
import { Discard, defineJob, defineSchedule } from "@sluice/core"
import { and, eq, lt, notExists, sql } from "drizzle-orm"
import { db, orders, reports, turns, users } from "./database.ts"
import { currentWindow } from "./turns.ts"

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

/**
 * Deletes what strangers can fill the database with: turns that no longer count, and accounts without a report to which nobody has signed
 * in for a month, so that no session of theirs is left.
 */
export const tidyUp = defineJob({
  name: "tidy-up",
  async perform() {
    await db.delete(turns).where(lt(turns.window, currentWindow))
    const ofUser = db.select().from(reports).where(eq(reports.userId, users.id))
    await db
      .delete(users)
      .where(and(lt(users.signedInAt, sql`now() - interval '30 days'`), notExists(ofUser)))
  },
})

export const jobs = [buildReport, tidyUp]

export const schedules = [defineSchedule("tidy-up", { job: tidyUp, cron: "30 4 * * *" })]
