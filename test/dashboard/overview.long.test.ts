import { createSluice, defineJob } from "@sluice/core"
import { beforeAll, expect } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { browserTest, useBrowser } from "./browser.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [
  defineJob({
    name: "mail/welcome",
    queue: "mail",
    timeout: "30s",
    concurrency: { key: "smtp", limit: 5 },
    perform() {},
  }),
  defineJob({
    name: "charge",
    queue: "billing",
    maxAttempts: 3,
    perform({ order }: { order: number }) {
      throw new TypeError(`Cannot read properties of undefined (reading 'price') of order ${order}`)
    },
  }),
  defineJob({
    name: "import",
    maxAttempts: 1,
    perform({ file }: { file: string }) {
      throw new Error(`${file}: ${"a very long message that goes on and on ".repeat(6)}`)
    },
  }),
])
const browser = await useBrowser(sluice)
const idle = await useBrowser(sluice, { idle: true })

/** An hour of a queue that has some trouble. */
beforeAll(async () => {
  const enqueued = createSluice({ database: database.pool })
  await sluice.enqueueMany([
    ...Array.from({ length: 120 }, () => ({ name: "mail/welcome" })),
    ...Array.from({ length: 6 }, (_, order) => ({ name: "charge", payload: { order } })),
    ...Array.from({ length: 3 }, (_, n) => ({ name: "import", payload: { file: `/uploads/${n}.csv` } })),
  ])
  await drainOnce()
  await database.rows(
    `insert into sluice.failures (job_id, ended_at, duration_ms, waited_ms, attempt, outcome, error_class, error_code, error_message, error_stack, name, fingerprint)
     select f.job_id, now() - n * interval '7 minutes', 140, 900, 1, f.outcome, f.error_class, f.error_code, f.error_message, f.error_stack, f.name, f.fingerprint
     from sluice.failures f, generate_series(1, 60) n where f.error_class = 'TypeError'`,
  )
  await enqueued.enqueueMany([
    ...Array.from({ length: 40 }, (_, n) => ({
      name: "export",
      options: { runAt: new Date(Date.now() - n * 40_000) } as const,
    })),
    ...Array.from({ length: 12 }, () => ({ name: "export", options: { delay: "2h" as const } })),
  ])
  await sluice.pauseQueue("exports", { for: "3h" })
  await sluice.pauseName("mail/welcome")
  await enqueued.setSchedule("nightly-report", {
    name: "export",
    cron: "0 3 * * *",
    timeZone: "Europe/Berlin",
  })
})

browserTest("the overview looks right everywhere, and axe finds nothing", async () => {
  await browser.inspect("overview", "/")
})

browserTest("the overview of a database that sleeps looks right, and wakes it by its button", async () => {
  const { page, complaints, close } = await idle.open("/")
  await page.getByRole("button", { name: "Show now" }).click()
  await page.getByText("As of").first().waitFor()
  expect(complaints).toEqual([])
  await close()
  await idle.inspect("overview-idle", "/")
})

browserTest(
  "the pages of errors look right everywhere, and axe finds nothing",
  { timeout: 180_000 },
  async () => {
    await browser.inspect("errors", "/errors")
    await browser.inspect("errors-none", "/errors?name=none")
    const { groups } = await sluice.listErrors({ order: "most" })
    await browser.inspect("error", `/errors/${groups[0]?.fingerprint}`)
    const discarded = groups.find(({ discarded }) => discarded > 0)
    await browser.inspect("error-retry", `/errors/${discarded?.fingerprint}/retry`)
  },
)

browserTest("the discarded jobs of an error are retried from its page", async () => {
  const group = (await sluice.listErrors()).groups.find(({ discarded }) => discarded > 0)
  const { page, complaints, close } = await browser.open(`/errors/${group?.fingerprint}`)
  await page.getByRole("link", { name: "Retry discarded jobs" }).click()
  await page.getByText("This affects 3 jobs.").first().waitFor()
  await page.getByRole("button", { name: "Retry discarded jobs" }).click()
  await page.getByText("3 jobs were retried.").waitFor()
  expect(await sluice.listDiscarded(group?.fingerprint as string)).toEqual([])
  expect(complaints).toEqual([])
  await close()
})

browserTest(
  "the pages of job names look right everywhere, and axe finds nothing",
  { timeout: 180_000 },
  async () => {
    await browser.inspect("names", "/names")
    await browser.inspect("names-none", "/names?q=none")
    await browser.inspect("name", "/names/mail/welcome")
  },
)

browserTest("the health page looks right everywhere, and axe finds nothing", async () => {
  await browser.inspect("health", "/health")
})
