import { desc, eq } from "drizzle-orm"
import Link from "next/link"
import { db, reports } from "../lib/database.ts"
import { requireUser } from "../lib/session.ts"
import { leave, requestReport } from "./actions.ts"

export const dynamic = "force-dynamic"

const PROBLEMS = new Map([
  ["year", "The year must be from 2000 to 2100."],
  ["often", "You asked for many reports. Try again in ten minutes."],
])

export default async function Page({ searchParams }: { searchParams: Promise<{ problem?: string }> }) {
  const user = await requireUser()
  const problem = PROBLEMS.get((await searchParams).problem ?? "")
  const latest = await db
    .select()
    .from(reports)
    .where(eq(reports.userId, user))
    .orderBy(desc(reports.id))
    .limit(20)
  return (
    <>
      <h1>Reports</h1>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
      <form action={requestReport}>
        <label>
          Year
          <input name="year" type="number" min="2000" max="2100" defaultValue="2026" required />
        </label>
        <button type="submit">Build the report</button>
      </form>
      <ul>
        {latest.map(({ id, year, cents }) => (
          <li key={id}>
            <Link href={`/reports/${id}`}>
              Report {id}, {year}: {cents === null ? "not done yet" : euros(cents)}
            </Link>
          </li>
        ))}
      </ul>
      <p>
        <a href="/dashboard/">What happens in the queue</a>, for whoever operates it
      </p>
      <form action={leave}>
        <button type="submit">Sign out</button>
      </form>
    </>
  )
}

function euros(cents: number) {
  return new Intl.NumberFormat("en", { style: "currency", currency: "EUR" }).format(cents / 100)
}
