import { createSluice, defineJob } from "@sluice/core"
import pg from "pg"
import { expect } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { browserTest, useBrowser } from "./browser.ts"

// A page that refreshes itself takes nothing away from its reader.
const { pool, url } = await createDatabase()
const hello = defineJob({ name: "hello", perform() {} })
const sluice = createSluice({ database: pool, jobs: [hello] })
const browser = await useBrowser(sluice)

for (let nth = 0; nth < 60; nth++) await sluice.enqueue("hello", { nth }, { delay: "1h" })

const LIVE = "#live"

/** Opens a page whose clock stands still until the test sets it forward, and counts its refreshes. */
async function openLive(path: string) {
  const tab = await browser.open(path)
  const { page } = tab
  await page.clock.install()
  await page.reload()
  let refreshes = 0
  page.on("request", (request) => {
    if (request.headers()["hx-request"] !== undefined) refreshes++
  })
  return { ...tab, refreshes: () => refreshes }
}

browserTest("a refresh keeps the place, the focus and what is open", async () => {
  const { page, complaints, close } = await openLive("/jobs/1")
  const state = () =>
    page.evaluate<string>(
      "JSON.stringify([scrollY, document.activeElement.outerHTML.slice(0, 60), [...document.querySelectorAll('main details')].map(({ open }) => open)])",
    )
  await page.evaluate(
    "document.querySelectorAll('main details').forEach((each) => { each.open = !each.open }); [...document.querySelectorAll('main a')].at(-1).focus(); scrollTo(0, 120)",
  )
  const before = await state()
  const { id } = await sluice.enqueue("hello", {}, { after: "1" })
  await page.clock.runFor(60_000)
  await page.locator(`main a[href$="/jobs/${id}"]`).first().waitFor()
  expect(await state()).toBe(before)
  expect(complaints).toEqual([])
  await close()
})

browserTest("rows don't move while one of them is selected, and come once it no longer is", async () => {
  const { page, refreshes, close } = await openLive("/jobs?state=scheduled")
  const box = page.locator("[data-select]").first()
  await box.check()
  await box.blur()
  const { id } = await sluice.enqueue("hello", {}, { delay: "2m" })
  await page.clock.runFor(120_000)
  await page.locator(`${LIVE}[data-live-state=paused]`).waitFor()
  expect(refreshes()).toBe(0)
  expect(await box.isChecked()).toBe(true)
  await box.uncheck()
  await box.blur()
  await page.mouse.move(0, 0)
  await page.clock.runFor(60_000)
  await page.locator(`#row-${id}`).waitFor()
  await close()
})

browserTest("a page that nobody looks at isn't refreshed, and is as soon as somebody does", async () => {
  const { page, refreshes, close } = await openLive("/jobs")
  const show = (state: string) =>
    page.evaluate(
      `Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true }); document.dispatchEvent(new Event("visibilitychange"))`,
    )
  await show("hidden")
  await page.clock.runFor(600_000)
  expect(refreshes()).toBe(0)
  await show("visible")
  await eventually(async () => expect(refreshes()).toBe(1))
  await close()
})

browserTest(
  "while the database is away, a page says so, keeps what it showed, and recovers by itself",
  async () => {
    const { page, close } = await openLive("/jobs")
    const name = new URL(url).pathname.slice(1)
    const admin = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, "/postgres") })
    await admin.connect()
    const rows = await page.locator("tbody tr").count()
    await admin.query(`alter database "${name}" allow_connections false`)
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name])
    await page.clock.runFor(60_000)
    await page.locator(`${LIVE}[data-live-state=failed]`).waitFor()
    expect(await page.locator("tbody tr").count()).toBe(rows)
    await admin.query(`alter database "${name}" allow_connections true`)
    await eventually(async () => {
      await page.clock.runFor(60_000)
      expect(await page.locator(LIVE).getAttribute("data-live-state")).toBe("on")
    })
    await admin.end()
    await close()
  },
)
