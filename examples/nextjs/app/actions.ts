"use server"

import { eq } from "drizzle-orm"
import { redirect } from "next/navigation"
import { db, reports } from "../lib/database.ts"
import type { buildReport } from "../lib/jobs.ts"
import { sluice } from "../lib/queue.ts"
import { requireUser, signIn, signOut } from "../lib/session.ts"
import { findOrCreateUser } from "../lib/users.ts"

export async function requestReport(form: FormData) {
  const user = await requireUser() // a server action is a public endpoint: whoever has seen its form may call it
  const year = Number(form.get("year"))
  if (!Number.isInteger(year) || year < 2000 || year > 2100)
    throw new Error("The year must be from 2000 to 2100")

  const id = await db.transaction(async (transaction) => {
    const [report] = await transaction.insert(reports).values({ userId: user, year, jobId: "" }).returning()
    if (!report) throw new Error("The report wasn't stored")
    const job = await sluice.enqueue<typeof buildReport>(
      "build-report",
      { report: report.id },
      { transaction, tags: [`user:${user}`], fairKey: `user:${user}` },
    )
    await transaction.update(reports).set({ jobId: job.id }).where(eq(reports.id, report.id))
    return report.id
  })
  await sluice.wake()
  redirect(`/reports/${id}`)
}

export async function signInWithPassword(form: FormData) {
  const email = String(form.get("email")).trim().toLowerCase()
  const password = String(form.get("password"))
  if (!/^\S+@\S+$/.test(email) || email.length > 254) throw new Error("Give an email address")
  if (password.length < 8 || password.length > 200) throw new Error("Give a password of 8 to 200 characters")
  const user = await findOrCreateUser(email, password)
  if (user === undefined) redirect("/sign-in?refused")
  await signIn(user)
  redirect("/")
}

export async function leave() {
  await signOut()
  redirect("/sign-in")
}
