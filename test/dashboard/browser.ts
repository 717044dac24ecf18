import { existsSync, readFileSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { serve } from "@hono/node-server"
import type { Principal, Role, Sluice } from "@sluice/core"
import { createDashboard, type DashboardOptions } from "@sluice/http/dashboard"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import { afterAll, expect, test } from "vitest"

export const PROGRAM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => existsSync(path),
)

if (!PROGRAM)
  console.warn(
    "── SKIPPED: tests in a browser, since there is no Chromium: apt-get install --no-install-recommends chromium fonts-noto-core ──",
  )

/** A test in a real browser; skipped, and said so, where there is none. */
export const browserTest = test.skipIf(!PROGRAM)

/** Where a person can look at what the tests have seen. */
export const SCREENSHOTS =
  process.env.SLUICE_SCREENSHOTS ?? join(import.meta.dirname, "../../.sluice/screenshots")

const SIZES = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const

export interface Look {
  readonly device?: keyof typeof SIZES
  readonly theme?: "light" | "dark"
  readonly language?: string
}

/** How each page has to look good. */
const LOOKS = [
  { device: "desktop", theme: "light", language: "en" },
  { device: "desktop", theme: "dark", language: "en" },
  { device: "phone", theme: "light", language: "en" },
  { device: "phone", theme: "dark", language: "de" },
  { device: "desktop", theme: "light", language: "ar" },
] as const satisfies readonly Look[]

export interface Tab {
  readonly page: Page
  /** What the browser complained about: errors on its console, requests that failed, and breaches of the page's policy. */
  readonly complaints: string[]
  readonly close: () => Promise<void>
}

/**
 * The dashboard on a free port, seen in Chromium, until the file's last test. Whoever visits has the role, as if a login service
 * had vouched for them. Called at the top of the file.
 */
export async function useBrowser(
  sluice: Sluice,
  { role = "admin", ...options }: Partial<DashboardOptions> & { role?: Role } = {},
) {
  const principal: Principal = { id: `oidc:${role}@example.org`, name: `${role}@example.org`, role }
  const app = createDashboard({
    sluice,
    ...(options.apiKey === undefined && { identity: async () => principal }),
    sessionSecret: "a secret of the tests that is long enough",
    ...options,
  })
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" })
  await new Promise((resolve) => server.once("listening", resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${options.basePath ?? ""}`
  let launched: Promise<Browser> | undefined

  afterAll(async () => {
    await (await launched)?.close()
    server.close()
    if ("closeAllConnections" in server) server.closeAllConnections()
  })

  /** Opens a page in a window of its own. */
  async function open(path: string, look: Look = {}): Promise<Tab> {
    launched ??= chromium.launch({ executablePath: PROGRAM as string, args: ["--no-sandbox"] })
    const { device = "desktop", theme = "light", language = "en" } = look
    const context = await (await launched).newContext({
      viewport: SIZES[device],
      colorScheme: theme,
      locale: language,
      timezoneId: "Europe/Berlin",
      reducedMotion: "reduce",
      hasTouch: device === "phone",
    })
    const { page, complaints } = await watchedPage(context)
    await page.goto(url + path, { waitUntil: "load" })
    return { page, complaints, close: () => context.close() }
  }

  /**
   * Opens a page in each look, takes its picture as `<name>-<device>-<theme>-<language>.png`, and expects that nothing is wrong
   * with it: no complaint of the browser or of axe, nothing wider than the window.
   */
  async function inspect(name: string, path: string, looks: readonly Look[] = LOOKS): Promise<void> {
    const wrong: string[] = []
    for (const look of looks) {
      const { page, complaints, close } = await open(path, look)
      const seen = `${name}-${look.device ?? "desktop"}-${look.theme ?? "light"}-${look.language ?? "en"}`
      await screenshot(page, seen)
      const found = [...(await accessibilityOf(page)), ...(await overflowOf(page)), ...complaints]
      wrong.push(...found.map((each) => `${seen}: ${each}`))
      await close()
    }
    expect(wrong).toEqual([])
  }

  return { url, open, inspect }
}

/** Saves a picture of the whole page. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true })
}

async function watchedPage(context: BrowserContext) {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on("console", (message) => {
    const isOfPage =
      /the server responded with a status/.test(message.text()) && message.location().url === page.url()
    if (["error", "warning"].includes(message.type()) && !isOfPage) complaints.push(message.text())
  })
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("requestfailed", (request) => {
    // a page that is left behind abandons its requests
    if (request.failure()?.errorText !== "net::ERR_ABORTED") complaints.push(`${request.url()} failed`)
  })
  return { page, complaints }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** What axe finds against WCAG 2.2 AA and its best practices. The page's policy doesn't hold for the debugger that runs it. */
export async function accessibilityOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const violations = await page.evaluate<Violation[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary ?? ""}`),
  )
}

async function overflowOf(page: Page): Promise<string[]> {
  const script = `(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width) return []
    const wide = [...document.querySelectorAll("main *")].filter((each) => each.getBoundingClientRect().right > width + 1)
    return ["wider than the window: " + wide.slice(0, 3).map((each) => each.outerHTML.slice(0, 120)).join(" | ")]
  })()`
  return page.evaluate<string[]>(script)
}
