"use server"

import { eq } from "drizzle-orm"
import { redirect } from "next/navigation"
import { db, reports } from "../lib/database.ts"
import type { buildReport } from "../lib/jobs.ts"
import { sluice } from "../lib/queue.ts"

export async function requestReport(form: FormData) {
  const year = Number(form.get("year"))
  if (!Number.isInteger(year) || year < 2000 || year > 2100)
    throw new Error("The year must be from 2000 to 2100")

  const id = await db.transaction(async (transaction) => {
    const [report] = await transaction.insert(reports).values({ year, jobId: "" }).returning()
    if (!report) throw new Error("The report wasn't stored")
    const job = await sluice.enqueue<typeof buildReport>(
      "build-report",
      { report: report.id },
      { transaction },
    )
    await transaction.update(reports).set({ jobId: job.id }).where(eq(reports.id, report.id))
    return report.id
  })
  await sluice.wake()
  redirect(`/reports/${id}`)
}
