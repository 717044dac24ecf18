import { actingAs, createSluice } from "@sluice/core"
import { createDatabase } from "../support/database.ts"
import { browserTest, useBrowser } from "./browser.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const browser = await useBrowser(sluice)

browserTest("the audit log looks right everywhere, and axe finds nothing", async () => {
  await browser.inspect("audit-empty", "/audit")
  const ada = actingAs(sluice, { id: "key:7", name: "Ada Lovelace", role: "admin" }, "dashboard")
  const checkout = actingAs(sluice, { id: "key:12", name: "checkout", role: "admin" }, "api")
  const shell = actingAs(sluice, { id: "user:root", name: "root", role: "admin" }, "cli")
  await sluice.enqueueMany(
    Array.from({ length: 1_234 }, () => ({ name: "welcome", options: { queue: "mail" } })),
  )
  await ada.pauseQueue("mail", { for: "2h" })
  await checkout.cancelJob("999999").catch(() => {})
  await ada.retryJobs({ state: "discarded", name: "billing:charge-card", tag: "campaign-7" })
  await shell.cancelJobs({ queue: "mail" })
  await ada.createApiKey({ name: "checkout", role: "enqueuer", names: ["charge", "refund"] })
  await shell.setSchedule("nightly-report", { name: "report", cron: "0 3 * * *" })
  await checkout.pauseName("welcome")
  await database.rows(
    "update sluice.audit_log set outcome = null, ended_at = null where action = 'pauseName'",
  )
  await browser.inspect("audit", "/audit")
  await browser.inspect("audit-narrowed", "/audit?actor=key%3A7&via=dashboard")
})
