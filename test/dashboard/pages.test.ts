import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const { pool } = await createDatabase()
const sluice = createSluice({ database: pool })

test("a page is a whole document with its title, its navigation and its heading", async () => {
  const { status, text } = await visitDashboard(sluice).get("/")

  expect(status).toBe(200)
  expect(text).toMatch(/^<!doctype html><html lang="en" dir="ltr">/)
  expect(text).toContain("<title>Overview – Sluice</title>")
  expect(text).toContain('aria-current="page"')
  expect(readable(text)).toContain("Skip to content")
})

test("an address that leads nowhere has a page that says so", async () => {
  const { status, text } = await visitDashboard(sluice).get("/nowhere")

  expect(status).toBe(404)
  expect(readable(text)).toContain("Not found")
})

test.each(["/dashboard", "/ops/queue", "/a-b.c~d"])("a dashboard below %s stays there", async (basePath) => {
  const visitor = visitDashboard(sluice, "admin", { basePath })
  const { text } = await visitor.get("/")
  const addresses = [...text.matchAll(/ (?:href|src|action)="([^"#]+)"/g)].map(([, address]) => address)
  const left = addresses.filter((address) => !address?.startsWith(`${basePath}/`))

  expect(addresses.length).toBeGreaterThan(5)
  expect(left).toEqual([])
})

test("the path without its last slash leads to the first page, with what was asked", async () => {
  const { status, to } = await visitDashboard(sluice, "reader", { basePath: "/ops/queue" }).get("?range=6h")

  expect([status, to]).toEqual([303, "/ops/queue/?range=6h"])
})

test.each(["en", "de", "fr", "es", "ar"])(
  "a browser that accepts %s gets its page in it",
  async (language) => {
    const { text } = await visitDashboard(sluice).get("/", {
      "accept-language": `xx, ${language};q=0.8, en;q=0.2`,
    })

    expect(text).toContain(`<html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}">`)
  },
)
