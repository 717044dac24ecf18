import { createSluice, defineJob, type Sluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [job] }) as unknown as Sluice
const { get } = visitDashboard(sluice)

/** Wide enough for a trail to have no room for all places. */
const keyOf = (nth: number) => `${"customer/".repeat(20)}${String(nth).padStart(4, "0")}`
const JOBS = 1_020
await sluice.enqueueMany(
  Array.from({ length: JOBS }, (_, nth) => ({
    name: "job",
    options: { concurrencyKey: keyOf(nth), concurrencyLimit: 1, tags: ["a", "b"] },
  })),
)

interface Seen {
  readonly rows: readonly string[]
  readonly next: string | undefined
  readonly previous: string | undefined
  readonly first: string | undefined
}

async function see(path: string): Promise<Seen> {
  const { status, text } = await get(path)
  expect(status).toBe(200)
  const links = /<nav class="pagination".*?<\/nav>/s.exec(text)?.[0] ?? ""
  const leading = (pattern: RegExp) => pattern.exec(links)?.[1]?.replaceAll("&amp;", "&")
  return {
    rows: [...text.matchAll(/id="row-([^"]+)"/g)].map(([, id]) => id as string),
    next: leading(/<a rel="next"[^>]*href="([^"]+)"/),
    previous: leading(/<a rel="prev"[^>]*href="([^"]+)"/),
    first: leading(/<a class="button" href="([^"]+)"/),
  }
}

test.each([
  ["jobs", "/jobs?tag=a&state=ready"],
  ["keys", "/limits?order=key"],
])("a list of %s leads back through the pages by which one has come, to the first", async (_, start) => {
  const pages = [await see(start)]
  while (pages.at(-1)?.next && pages.length < 5) pages.push(await see(pages.at(-1)?.next as string))
  expect(pages).toHaveLength(5)
  expect(new Set(pages.flatMap(({ rows }) => rows)).size).toBe(250)
  let page = pages.at(-1) as Seen
  for (const before of pages.slice(0, -1).toReversed()) {
    expect(page.previous).toBeDefined()
    page = await see(page.previous as string)
    expect(page.rows).toEqual(before.rows)
    expect(page.next).toBeDefined()
  }
  expect(page.previous).toBeUndefined()
  expect((await see(pages[3]?.first as string)).rows).toEqual(page.rows)
})

test("a way that is too long for an address leads back as far as it goes, then to the first page", async () => {
  const pages = [await see("/limits?order=key")]
  while (pages.at(-1)?.next) pages.push(await see(pages.at(-1)?.next as string))
  expect(pages).toHaveLength(Math.ceil(JOBS / 50))
  expect(Math.max(...pages.map(({ next = "" }) => decodeURIComponent(next).length))).toBeLessThan(2_000)
  let steps = 0
  let page = pages.at(-1) as Seen
  while (page.previous) {
    page = await see(page.previous)
    expect(page.rows).toEqual(pages.at(-1 - ++steps)?.rows)
  }
  expect(steps).toBeGreaterThanOrEqual(4)
  expect((await see(page.first as string)).rows).toEqual(pages[0]?.rows)
})

test.each(["x", "{}", '["a",5]', '[null,null,"a"]', `["${"x".repeat(5_000)}"]`])(
  "a way that somebody has made up is none, but the page is shown, and leads on",
  async (trail) => {
    const path = `/limits?order=key&after=a&trail=${encodeURIComponent(trail)}`
    const { rows, first, previous, next } = await see(path)
    expect(rows).toHaveLength(50)
    expect({ first, previous }).toEqual({ first: undefined, previous: "/limits?order=key" })
    expect(new URL(next as string, "http://x").searchParams.get("trail")).toBe('["a"]')
  },
)

test("a place of the way is shown as text, whatever it is", async () => {
  const trail = encodeURIComponent('["<img src=x>"]')
  const { text } = await get(`/limits?order=key&after=a&trail=${trail}`)
  expect(text).toContain('rel="prev"')
  expect(text).not.toContain("<img src=x>")
})

test("a filter begins at the first page", async () => {
  const second = (await see("/limits?order=key")).next as string
  const { text } = await get((await see(second)).next as string)
  expect(text).toContain('href="/limits?order=waiting"')
  expect(text).toContain('href="/limits?show=rates"')
})
