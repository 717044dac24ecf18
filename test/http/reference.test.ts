import { createHash } from "node:crypto"
import { createSluice } from "@sluice/core"
import { createApp, openApiDocument } from "@sluice/http"
import { createReference } from "@sluice/http/reference"
import { Hono } from "hono"
import { expect, test } from "vitest"

const app = new Hono().route("/docs/api", createReference())
const page = await app.request("/docs/api")
const html = await page.text()

test("the reference page has each operation and each schema, and every link within it leads somewhere", () => {
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  for (const methods of Object.values(openApiDocument.paths))
    for (const operation of Object.values(methods))
      expect(ids).toContain((operation as { operationId: string }).operationId)
  for (const name of Object.keys(openApiDocument.components.schemas)) expect(ids).toContain(`schema-${name}`)
  expect(ids).toEqual([...new Set(ids)])
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = ""]) => href)
  for (const link of links) expect(ids).toContain(link.replace("#", ""))
})

test("it loads nothing, and its policy allows no more than its style", () => {
  const [, style = ""] = /<style>(.*?)<\/style>/s.exec(html) ?? []
  const hash = createHash("sha256").update(style).digest("base64")
  expect(page.headers.get("content-security-policy")).toContain(
    `default-src 'none'; style-src 'sha256-${hash}'`,
  )
  expect(html).not.toMatch(/<script|<link|<img|<iframe| style="| on\w+="|url\(|@import/)
})

test("what a document says is shown as text", async () => {
  const markup = '<img src=x onerror="alert(1)">'
  const document = {
    info: { title: markup, description: markup },
    tags: [{ name: markup }],
    paths: {
      "/a": {
        get: {
          operationId: "read",
          tags: [markup],
          summary: markup,
          parameters: [{ name: markup, in: "query", description: markup, schema: { enum: [markup] } }],
          responses: { 200: { description: markup } },
        },
      },
    },
    components: { schemas: { One: { description: markup, examples: [markup] } }, responses: {} },
  }
  const shown = await (await createReference(document).request("/")).text()
  expect(shown).not.toContain("<img")
  expect(shown.match(/&lt;img src=x/g)?.length).toBeGreaterThan(8)
})

test("it is no part of the API's app", async () => {
  const app = createApp({
    sluice: createSluice({ database: { query: () => Promise.reject(new Error("no query")) } }),
    apiKey: "a",
  })
  expect((await app.request("/docs")).status).toBe(404)
  expect((await app.request("/reference")).status).toBe(404)
})
