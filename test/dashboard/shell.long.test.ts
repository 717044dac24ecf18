import { createSluice, defineJob } from "@sluice/core"
import { expect } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { browserTest, screenshot, useBrowser } from "./browser.ts"

const { pool } = await createDatabase()
const hello = defineJob({ name: "hello", perform() {} })
const sluice = createSluice({ database: pool, jobs: [hello] })
const KEY = "a key that is long enough"
const browser = await useBrowser(sluice)
const closed = await useBrowser(sluice, { apiKey: KEY })

browserTest("a page that isn't there looks right everywhere", async () => {
  await browser.inspect("not-found", "/nowhere")
})

browserTest("the login looks right everywhere", async () => {
  await closed.inspect("login", "/login")
})

browserTest("somebody logs in with a key, and out again", async () => {
  const { page, complaints } = await closed.open("/jobs?state=ready")
  await page.getByLabel("API key").fill("a wrong key")
  await page.getByRole("button", { name: "Log in" }).click()
  await page.getByText("This key is not valid.").waitFor()
  await screenshot(page, "login-wrong-key")
  complaints.length = 0
  await page.getByLabel("API key").fill(KEY)
  await page.getByRole("button", { name: "Log in" }).click()
  await page.waitForURL("**/jobs?state=ready")
  await page.getByRole("button", { name: "Log out" }).click()
  await page.getByText("You are logged out.").waitFor()
  await page.goto(`${closed.url}/`)
  await page.getByText("Enter an API key").waitFor()
})

browserTest("the reader's choices hold on the next page: theme, language, times and refreshing", async () => {
  const { page, complaints } = await browser.open("/")
  await page.getByRole("button", { name: "Settings" }).click()
  await screenshot(page, "settings")
  await page.getByLabel("Dark").check()
  await page.waitForLoadState("load")
  await eventually(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"))
  await page.getByRole("button", { name: "Settings" }).click()
  await page.getByLabel("Language").selectOption("ar")
  await eventually(async () => expect(await page.locator("html").getAttribute("dir")).toBe("rtl"))
  await page.goto(`${browser.url}/jobs`)
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark")
  expect(await page.locator("html").getAttribute("lang")).toBe("ar")
  expect(complaints).toEqual([])
})

browserTest("? shows the shortcuts, and g with a letter leads to a page", async () => {
  const { page, complaints } = await browser.open("/")
  await page.keyboard.press("?")
  await page.getByText("Show this sheet").waitFor()
  await screenshot(page, "help")
  await page.keyboard.press("Escape")
  expect(await page.getByText("Show this sheet").isVisible()).toBe(false)
  await page.keyboard.press("g")
  await page.keyboard.press("j")
  await page.waitForURL("**/jobs")
  expect(complaints).toEqual([])
})

browserTest("a key that is typed into a field is no shortcut", async () => {
  const { page } = await closed.open("/login")
  await page.getByLabel("API key").pressSequentially("gj?")

  expect(await page.getByLabel("API key").inputValue()).toBe("gj?")
  expect(page.url()).toBe(`${closed.url}/login`)
})

browserTest("the first tab stop leads past the navigation", async () => {
  const { page } = await browser.open("/")
  await page.keyboard.press("Tab")
  await page.getByText("Skip to content").waitFor()
  await page.keyboard.press("Enter")

  expect(await page.evaluate("document.activeElement.id")).toBe("main")
})

browserTest("a list refreshes itself: new rows come, and the focus stays on its row", async () => {
  await sluice.enqueue("hello", {}, { delay: "1h" })
  const { page, complaints } = await browser.open("/jobs")
  await page.locator("tbody tr").first().waitFor()
  await page.keyboard.press("j")
  const focused = () => page.evaluate<string>("document.activeElement.id")
  const before = await focused()
  const { id } = await sluice.enqueue("hello", {}, { delay: "2h" })
  await page.keyboard.press("r")
  await eventually(async () => expect(await page.locator("main").textContent()).toContain(id))

  expect(before).toMatch(/^row-/)
  expect(await focused()).toBe(before)
  expect(complaints).toEqual([])
})

browserTest("a page that can't be refreshed says so, and refreshes when it can again", async () => {
  const { page } = await browser.open("/jobs")
  await page.route("**/jobs**", (route) => route.abort())
  await page.keyboard.press("r")
  await page.getByText("Not refreshed").waitFor()
  await page.unroute("**/jobs**")
  await page.keyboard.press("r")
  await page.getByText("Live", { exact: true }).waitFor()
})

browserTest("times are those of the reader's time zone from the first page on", async () => {
  const { page } = await browser.open("/jobs")
  await eventually(async () => {
    await page.reload()
    const titles = await page.evaluate<string[]>(
      "[...document.querySelectorAll('time[title]')].map(({ title }) => title)",
    )
    expect(titles.join()).toMatch(/GMT\+[12]|CES?T/)
  })
})

browserTest("a page works without any script", async () => {
  const { page } = await browser.open("/")
  const context = await page.context().browser()?.newContext({ javaScriptEnabled: false })
  const plain = await context?.newPage()
  await plain?.goto(`${browser.url}/`)
  await plain?.getByRole("link", { name: "Jobs", exact: true }).click()
  await plain?.waitForURL("**/jobs")
  await context?.close()
})

browserTest("on a phone, the part of the navigation that is open can be seen", async () => {
  const { page, close } = await browser.open("/health", { device: "phone" })
  const isSeen = await page.evaluate<boolean>(
    "(({ left, right }) => left >= 0 && right <= innerWidth)(document.querySelector('nav a[aria-current]').getBoundingClientRect())",
  )
  expect(isSeen).toBe(true)
  await close()
})

browserTest("a chart has its words in the reader's language", async () => {
  await sluice.enqueue("hello", {})
  const { page, close } = await browser.open("/", { language: "de" })
  await page.locator(".u-legend").first().waitFor()
  expect(await page.locator(".u-legend").first().textContent()).toContain("Zeit")
  await close()
})
