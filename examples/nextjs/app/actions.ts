"use server"

import { eq } from "drizzle-orm"
import { redirect } from "next/navigation"
import { db, reports } from "../lib/database.ts"
import type { buildReport } from "../lib/jobs.ts"
import { sluice } from "../lib/queue.ts"
import { isKnownBrowser, rememberBrowser, requireUser, signIn, signOut } from "../lib/session.ts"
import { takeTurn } from "../lib/turns.ts"
import { findOrCreateUser } from "../lib/users.ts"

/** In ten minutes. Hashing a password takes 50 ms of a processor, which all together may not keep busy. */
const SIGN_INS_OF_ALL = 1_000
const SIGN_INS_OF_ONE = 20
const REPORTS_OF_ONE = 50

export async function requestReport(form: FormData) {
  const user = await requireUser() // a server action is a public endpoint: whoever has seen its form may call it
  const year = Number(form.get("year"))
  if (!Number.isInteger(year) || year < 2000 || year > 2100) redirect("/?problem=year")
  if (!(await takeTurn(`report of ${user}`, REPORTS_OF_ONE))) redirect("/?problem=often")

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
  // the browser says so too, but whoever calls this need not be a browser; Postgres stores no NUL
  if (!/^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email) || email.length > 254) redirect("/sign-in?problem=email")
  if (password.length < 8 || password.length > 200) redirect("/sign-in?problem=length")
  if (!(await maySignIn(email))) redirect("/sign-in?problem=often")
  const user = await findOrCreateUser(email, password)
  if (user === undefined) redirect("/sign-in?problem=password")
  await signIn(user)
  await rememberBrowser(email)
  redirect("/")
}

async function maySignIn(email: string) {
  if (await isKnownBrowser(email)) return takeTurn(`sign-in of ${email}, known`, SIGN_INS_OF_ONE)
  // all of them first: each address takes a row
  return (await takeTurn("sign-ins", SIGN_INS_OF_ALL)) && takeTurn(`sign-in of ${email}`, SIGN_INS_OF_ONE)
}

export async function leave() {
  await signOut()
  redirect("/sign-in")
}
