import { and, eq } from "drizzle-orm"
import Link from "next/link"
import { notFound } from "next/navigation"
import { db, reports } from "../../../lib/database.ts"
import { createJobToken } from "../../../lib/queue.ts"
import { requireUser } from "../../../lib/session.ts"
import { Progress } from "./progress.tsx"

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const user = await requireUser()
  const id = Number((await params).id)
  if (!Number.isInteger(id) || id < 1 || id > 2_147_483_647) notFound()
  const [report] = await db
    .select()
    .from(reports)
    .where(and(eq(reports.id, id), eq(reports.userId, user)))
  if (!report) notFound()

  // Only now: the token opens its job to whoever has it, signed in or not.
  const { token } = await createJobToken(report.jobId, { expiresIn: "1h" })
  return (
    <>
      <h1>
        Report {report.id}: {report.year}
      </h1>
      <Progress jobId={report.jobId} token={token} />
      <p>
        <Link href="/">All reports</Link>
      </p>
    </>
  )
}
