import { createSluice, Discard, defineJob, drain, type Sluice } from "@sluice/core"
import { z } from "zod"
import type { TestDatabase } from "../support/database.ts"

class CardDeclined extends Error {
  override readonly name = "CardDeclined"
}

const charge = defineJob({
  name: "charge-card",
  input: z.object({
    to: z.email().describe("Who gets the receipt"),
    amount: z.number().int().min(1),
    currency: z.enum(["EUR", "USD"]).default("EUR"),
    isTest: z.boolean().optional(),
    lines: z.array(z.object({ sku: z.string() })).optional(),
  }),
  queue: "payments",
  keep: { logs: true },
  perform({ amount, to }, { log }) {
    log.info("Charging", { amount })
    if (amount > 100) throw new CardDeclined(`The bank has declined ${amount} of ${to}`)
    return { charged: amount }
  },
})

const welcome = defineJob({ name: "welcome-mail", queue: "mail", perform: () => ({ messageId: "m-17" }) })

const fails = defineJob({
  name: "import-orders",
  perform() {
    throw new Discard("The file has no header")
  },
})

/** Jobs in every state, with what each of them can show. */
export async function storeJobs(
  database: TestDatabase,
): Promise<{ sluice: Sluice; ids: Record<string, string> }> {
  const sluice = createSluice({ database: database.pool, jobs: [charge, welcome, fails] })
  const options = { tags: ["vip", "spring campaign"], metadata: { customer: 7 } }
  const ids: Record<string, string> = {}
  ids.succeeded = (await charge.enqueue({ to: "ada@example.org", amount: 40 }, options)).id
  ids.retried = (
    await charge.enqueue({ to: "bob@example.org", amount: 400 }, { concurrencyKey: "account-17" })
  ).id
  ids.discarded = (
    await fails.enqueue({ file: "orders.csv", order: { id: 17 } }, { uniqueKey: "orders.csv" })
  ).id
  for (let nth = 0; nth < 4; nth++) await welcome.enqueue({ to: `person-${nth}@example.org` })
  await drain(sluice, {
    connect: database.connect,
    concurrency: 1,
    label: "8f14e45f-ceea-467f-9d1c-1b9a2a7c3d4e",
  })
  ids.scheduled = (await welcome.enqueue({ to: "later@example.org" }, { delay: "2h" })).id
  ids.parent = (await welcome.enqueue({ to: "first@example.org" }, { priority: 5 })).id
  ids.child = (await welcome.enqueue({ to: "then@example.org" }, { after: ids.parent })).id
  ids.ready = (
    await charge.enqueue({ to: "eve@example.org", amount: 12 }, { ...options, uniqueKey: "invoice-12" })
  ).id
  ids.canceled = (await welcome.enqueue({ to: "gone@example.org" })).id
  await sluice.cancelJob(ids.canceled)
  return { sluice: sluice as unknown as Sluice, ids }
}
