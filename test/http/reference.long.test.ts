import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { serve } from "@hono/node-server"
import { createReference } from "@sluice/http/reference"
import { chromium } from "playwright-core"
import { afterAll, expect } from "vitest"
import { accessibilityOf, browserTest, PROGRAM, SCREENSHOTS } from "../dashboard/browser.ts"

const server = serve({ fetch: createReference().fetch, port: 0, hostname: "127.0.0.1" })
afterAll(() => void server.close())

const SIZES = [
  { device: "desktop", width: 1280, height: 800 },
  { device: "phone", width: 390, height: 844 },
]

browserTest("the reference page is accessible, fits each window, and breaks no policy", async () => {
  const browser = await chromium.launch({ executablePath: PROGRAM as string, args: ["--no-sandbox"] })
  try {
    for (const { device, ...viewport } of SIZES)
      for (const colorScheme of ["light", "dark"] as const) {
        const page = await browser.newPage({ viewport, colorScheme })
        const complaints: string[] = []
        page.on("console", (message) => complaints.push(message.text()))
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
        for (const place of ["content", "enqueue", "schema-EnqueueOptions"]) {
          await page.goto(`${url}#${place}`)
          await page.screenshot({
            path: join(SCREENSHOTS, `reference-${place}-${device}-${colorScheme}.png`),
          })
        }
        expect(await accessibilityOf(page)).toEqual([])
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(viewport.width)
        expect(complaints).toEqual([])
        await page.close()
      }
  } finally {
    await browser.close()
  }
})
