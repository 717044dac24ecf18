import { desc, eq } from "drizzle-orm"
import Link from "next/link"
import { db, reports } from "../lib/database.ts"
import { requireUser } from "../lib/session.ts"
import { leave, requestReport } from "./actions.ts"

export const dynamic = "force-dynamic"

export default async function Page() {
  const user = await requireUser()
  const latest = await db
    .select()
    .from(reports)
    .where(eq(reports.userId, user))
    .orderBy(desc(reports.id))
    .limit(20)
  return (
    <>
      <h1>Reports</h1>
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
