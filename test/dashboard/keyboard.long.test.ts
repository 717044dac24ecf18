import { expect } from "vitest"
import { createDatabase } from "../support/database.ts"
import { accessibilityOf, browserTest, screenshot, useBrowser } from "./browser.ts"
import { storeJobs } from "./jobs-fixture.ts"

// What is opened, selected and done without a pointer.
const database = await createDatabase()
const { sluice, ids } = await storeJobs(database)
const { open } = await useBrowser(sluice)

browserTest.each(["Settings", "Keyboard shortcuts"])("axe finds nothing while %s is open", async (name) => {
  const { page, complaints, close } = await open("/", { theme: "dark" })
  await page.getByRole("button", { name }).focus()
  await page.keyboard.press("Enter")
  await page.locator("[popover]:popover-open, dialog[open]").waitFor()
  expect([...(await accessibilityOf(page)), ...complaints]).toEqual([])
  await page.keyboard.press("Escape")
  expect(await page.locator("[popover]:popover-open, dialog[open]").count()).toBe(0)
  expect(await page.evaluate<string>("document.activeElement.textContent")).toContain(name)
  await close()
})

browserTest.each(["desktop", "phone"] as const)(
  "with selected jobs, the bar of actions stays in sight, and axe finds nothing: %s",
  async (device) => {
    const { page, complaints, close } = await open("/jobs", { device })
    await page.locator("[data-select]").last().check()
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    const bar = await page.locator(".action-bar").boundingBox()
    expect(bar?.y).toBeGreaterThanOrEqual(0)
    await screenshot(page, `jobs-selected-${device}`)
    expect([...(await accessibilityOf(page)), ...complaints]).toEqual([])
    await close()
  },
)

browserTest("on a phone, a job's checkbox, name and state stand in one line", async () => {
  const { page, close } = await open("/jobs", { device: "phone" })
  const row = page.locator("tbody tr").first()
  const [box, name, state] = await Promise.all(
    ["[data-select]", "th a", ".state"].map((part) => row.locator(part).first().boundingBox()),
  )
  expect(Math.abs((box?.y ?? 0) - (name?.y ?? 99))).toBeLessThan(16)
  expect(Math.abs((state?.y ?? 0) - (name?.y ?? 99))).toBeLessThan(16)
  expect(box?.x ?? 0).toBeLessThan(name?.x ?? 0)
  expect(name?.x ?? 0).toBeLessThan(state?.x ?? 0)
  await close()
})

browserTest("a job is found, selected and canceled with the keyboard alone", async () => {
  const { page, complaints, close } = await open("/jobs")
  await page.keyboard.press("/")
  await page.keyboard.type("state:scheduled metadata.none:1")
  await page.keyboard.press("Enter")
  await page.getByText("No job matches").waitFor()
  await page.getByRole("link", { name: /Remove the filter Metadata/ }).focus()
  await page.keyboard.press("Enter")
  await page.locator(`#row-${ids.scheduled}`).waitFor()
  await page.locator("body").press("j")
  await page.keyboard.press("x")
  await page.getByRole("button", { name: "Cancel", exact: true }).focus()
  await page.keyboard.press("Enter")
  await page.getByRole("button", { name: "Cancel jobs" }).focus()
  await page.keyboard.press("Enter")
  await page.getByRole("heading", { name: "Jobs canceled" }).waitFor()
  expect((await sluice.getJob(ids.scheduled as string))?.state).toBe("canceled")
  expect(complaints).toEqual([])
  await close()
})
