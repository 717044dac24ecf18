import { defineEvent, defineJob, type JobContext, workflow } from "@sluice/core"
import { expect } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { accessibilityOf, browserTest, screenshot, useBrowser } from "./browser.ts"

const database = await createDatabase()
const paid = defineEvent("order.paid")
const step = defineJob({
  name: "step",
  maxAttempts: 1,
  async perform({ fails = false }: { fails?: boolean }) {
    if (fails) throw new Error("broken")
  },
})
const limited = defineJob({ name: "limited", rate: { key: "smtp", limit: 3, per: "1h" }, async perform() {} })
const publish = defineJob({
  name: "publish-an-article",
  perform: ({ event }: { event?: boolean }, context: JobContext) =>
    event
      ? context.waitForEvent(paid, { match: { orderId: "7" } })
      : context.waitFor("approvals/8e03978e-40d5-43dd-bc93-6894a57f9324"),
})
const ship = defineJob({ name: "ship", on: [paid], queue: "warehouse", async perform() {} })
const { sluice, drainOnce } = drainable(database, [step, limited, publish, ship])
const browser = await useBrowser(sluice)

const flow = workflow("order-4711")
  .add("reserve stock", step)
  .add("charge card", step, { after: "reserve stock" })
  .add("check fraud", step, { payload: { fails: true }, after: "reserve stock" })
  .add("a step whose name is longer than a box of the graph", step, { after: "charge card" })
  .add("ship", step, { after: ["charge card", "check fraud"] })
const { id } = await sluice.enqueueWorkflow(flow)
await sluice.enqueueBatch([{ name: "step" }], { properties: { upload: "a.csv" }, onFinish: step })
await sluice.enqueueMany([
  { name: "publish-an-article" },
  { name: "publish-an-article", payload: { event: true } },
])
await sluice.enqueueMany(Array.from({ length: 5 }, () => ({ name: "limited" })))
await drainOnce({ label: "8e03978e-40d5-43dd-bc93-6894a57f9324" })
const options = { concurrencyKey: "account/7", concurrencyLimit: 1 }
await sluice.enqueueMany(Array.from({ length: 5 }, () => ({ name: "step", options })))
await sluice.pauseQueue("warehouse", { for: "4h" })
await sluice.limitQueue("warehouse", { waiting: 10_000 })
await sluice.pauseKey("account/7")
await sluice.setSchedule("nightly/report", { name: "step", cron: "0 3 * * *", timeZone: "Europe/Berlin" })
await sluice.runSchedule("nightly/report")
await database.pool.query(
  "insert into sluice.drainers (id, slot, slots, backend_pid, label, invocation) values (900, 1, 10, 1, 'gone', $1)",
  [
    {
      requestId: "8e03978e-40d5-43dd-bc93-6894a57f9324",
      functionName: "shop-production-drain",
      region: "eu-central-1",
      logGroup: "/aws/lambda/shop-production-drain",
      logStream: "2026/11/30/[$LATEST]5c1d8f7e0b6a4d21a7d5b3f0c9e84a12",
      memoryMb: 1_024,
      version: "a1b2c3d",
    },
  ],
)

const PAGES = [
  ["queues", "/queues"],
  ["queue", "/queues/warehouse"],
  ["schedules", "/schedules"],
  ["schedule", "/schedules/nightly%2Freport"],
  ["schedule-form", "/schedules/nightly%2Freport?edit=1"],
  ["schedule-delete", "/schedules/nightly%2Freport?delete=1"],
  ["batches", "/batches"],
  ["workflow", `/batches/${id}`],
  ["batch-retry", `/batches/${id}/retry`],
  ["batches-none", "/batches?state=open"],
  ["waits", "/waits"],
  ["wait-complete", "/waits/complete?token=approvals%2F8e03978e-40d5-43dd-bc93-6894a57f9324"],
  ["drainers", "/drainers"],
  ["drainers-ended", "/drainers?state=ended"],
  ["drainer", "/drainers/900"],
  ["limits", "/limits?order=key"],
  ["limits-rates", "/limits?show=rates"],
  ["limits-waiting", "/limits?show=waiting"],
  ["limit-key", "/limits/key?key=account%2F7"],
] as const

for (const [name, path] of PAGES)
  browserTest(`the page ${path} looks right everywhere, and axe finds nothing`, () =>
    browser.inspect(name, path),
  )

browserTest("a queue is resumed, and paused again with an end, by its buttons", async () => {
  const { page, complaints, close } = await browser.open("/queues/warehouse")
  await page.getByRole("button", { name: "Resume" }).click()
  await page.getByText("warehouse runs again.").waitFor()
  await page.getByLabel("For how long").selectOption("1h")
  await page.getByRole("button", { name: "Pause" }).click()
  await page.getByText("warehouse is paused.").waitFor()
  expect(await sluice.sampleQueues({ name: "warehouse" })).toMatchObject([{ paused: true }])
  expect(complaints).toEqual([])
  await close()
})

browserTest("a schedule with a wrong cron expression is mended in its form", async () => {
  const { page, complaints, close } = await browser.open("/schedules")
  await page.getByRole("link", { name: "New schedule" }).click()
  await page.getByLabel("Key", { exact: true }).fill("digest")
  await page.getByLabel("Job name").fill("step")
  await page.getByLabel("Cron expression").fill("0 25 * * *")
  await page.getByRole("button", { name: "Save" }).click()
  await page.getByText("at character 3 the hour is 25").waitFor()
  await page.getByLabel("Cron expression").fill("0 23 * * *")
  await page.getByRole("button", { name: "Save" }).click()
  await page.getByText("The schedule digest is stored.").waitFor()
  expect(await sluice.getSchedule("digest")).toMatchObject({ name: "step", cron: "0 23 * * *" })
  expect(complaints).toEqual([])
  await close()
})

browserTest("a token is completed, and its wait is gone", async () => {
  const { page, complaints, close } = await browser.open("/waits")
  await page.getByRole("link", { name: "Complete" }).click()
  await page.getByLabel("Value").fill('{"approved": true}')
  await page.getByRole("button", { name: "Complete" }).click()
  await page.getByText("is completed.").waitFor()
  expect((await sluice.listWaits()).waits.map(({ kind }) => kind)).toEqual(["event"])
  expect(complaints).toEqual([])
  await close()
})

browserTest(
  "what failed in a workflow is retried once it is confirmed, and its graph shows that",
  async () => {
    const { page, complaints, close } = await browser.open(`/batches/${id}`)
    await page.getByRole("link", { name: "Retry what failed" }).click()
    await page.getByRole("button", { name: "Retry what failed" }).click()
    await page.getByText("jobs were changed.").waitFor()
    expect(await page.locator(".graph .node.state-discarded").count()).toBe(0)
    expect(complaints).toEqual([])
    await close()
  },
)

browserTest("the pages of API keys look right everywhere, and axe finds nothing", async () => {
  await browser.inspect("api-keys-none", "/api-keys")
  await sluice.createApiKey({
    name: "Billing service",
    role: "enqueuer",
    names: ["step", "ship"],
    queues: ["warehouse"],
  })
  const { id } = await sluice.createApiKey({
    name: "Grafana",
    role: "reader",
    expiresIn: "30d",
    createdBy: "key:1",
  })
  await sluice.rotateApiKey(id, { overlap: "7d" })
  const gone = await sluice.createApiKey({ name: "A person who has left", role: "operator" })
  await sluice.revokeApiKey(gone.id)
  await browser.inspect("api-keys", "/api-keys")
})

browserTest("the forms of API keys look right everywhere, and axe finds nothing", async () => {
  const { id } = await sluice.createApiKey({ name: "Payroll", role: "reader" })
  await browser.inspect("api-keys-new", "/api-keys/new")
  await browser.inspect("api-keys-rotate", `/api-keys/${id}/rotate`)
  await browser.inspect("api-keys-revoke", `/api-keys/${id}/revoke`)
})

browserTest("a key is made in a browser, and its secret can be copied", async () => {
  const { page, complaints, close } = await browser.open("/api-keys/new", { device: "phone", theme: "dark" })
  await page.getByLabel("Name", { exact: true }).fill("From a phone")
  await page.getByLabel("Role").selectOption("reader")
  await page.getByRole("button", { name: "Create a key" }).click()
  const secret = (await page.locator("pre.secret").textContent()) ?? ""
  expect(await sluice.verifyApiKey(secret)).toMatchObject({ name: "From a phone", role: "reader" })
  await page.getByRole("button", { name: "Copy" }).waitFor()
  await screenshot(page, "api-keys-secret-phone-dark-en")
  expect([...(await accessibilityOf(page)), ...complaints]).toEqual([])
  await close()
})

browserTest(
  "the pages that emit, erase and enqueue several look right everywhere, and axe finds nothing",
  async () => {
    await browser.inspect("emit-choose", "/waits/emit")
    await browser.inspect("emit", "/waits/emit?event=order.paid")
    await browser.inspect("erase-ask", "/jobs/ask?verb=erase&name=step")
    await browser.inspect("several", "/jobs/new/several?name=step")
  },
)

browserTest("several jobs are pasted, checked and enqueued in a browser", async () => {
  const { page, complaints, close } = await browser.open("/jobs/new/several?name=step")
  await page.getByLabel("Inputs").fill('[{"fails": true}, {"fails": false}]')
  await page.getByRole("button", { name: "Check" }).click()
  await page.getByText("2 jobs can be enqueued").waitFor()
  await screenshot(page, "several-checked-desktop-light-en")
  expect(await accessibilityOf(page)).toEqual([])
  await page.getByRole("button", { name: "Enqueue 2 jobs" }).click()
  await page.waitForURL(/\/batches\/\d+$/)
  expect(complaints).toEqual([])
  await close()
})
