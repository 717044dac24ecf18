import { seed } from "@sluice/bench/seed"
import { createSluice, type Sluice } from "@sluice/core"
import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { type Visitor, visitDashboard } from "./dashboard.ts"

/** A database that `npm run seed` has filled; else a hundredth of that is filled here. */
const { SLUICE_SEEDED_URL: seededUrl } = process.env
const SLOWEST_MS = 300
const ROUNDS = 5

let sluice: Sluice
let visitor: Visitor

beforeAll(async () => {
  const url = seededUrl ?? (await createDatabase()).url
  if (!seededUrl) await seed({ url, schema: "sluice", scale: 0.01, log() {} })
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  afterAll(() => pool.end())
  sluice = createSluice({ database: pool })
  visitor = visitDashboard(sluice)
}, 300_000)

test(`every page that links lead to is there within ${SLOWEST_MS} ms, and so is what a reader looks for`, async () => {
  const { found, broken } = await pagesFrom("/")
  expect(broken).toEqual([])
  const times: { page: string; ms: number }[] = []
  for (const page of found) times.push({ page, ms: await fastest(page) })
  console.table(times.toSorted((a, b) => b.ms - a.ms))
  expect(times.length).toBeGreaterThan(10)
  expect(times.filter(({ ms }) => ms > SLOWEST_MS)).toEqual([])
}, 300_000)

/** One page of each shape: two jobs are alike, and so are two filters by queue. */
async function pagesFrom(start: string): Promise<{ found: string[]; broken: string[] }> {
  const byShape = new Map([[shapeOf(start), start]])
  const broken: string[] = []
  for (const page of byShape.values()) {
    const { status, text, headers } = await visitor.get(page)
    if (status !== 200) broken.push(`${page}: ${status}`)
    if (status !== 200 || !headers.get("content-type")?.includes("html")) continue
    for (const [, href = ""] of text.matchAll(/<a [^>]*href="(\/[^"#]*)/g)) {
      const path = href.replaceAll("&amp;", "&")
      if (!byShape.has(shapeOf(path)) && !/^\/(?:assets|logout|preferences)/.test(path))
        byShape.set(shapeOf(path), path)
    }
  }
  return { found: [...byShape.values()], broken }
}

/** `/jobs/17?tab=log` and `/jobs/18?tab=error` have the shape `/jobs/* tab`. */
function shapeOf(path: string): string {
  const { pathname, searchParams } = new URL(path, "http://x")
  const [first, ...others] = pathname.split("/").filter((part) => part !== "")
  const last = others.length > 1 ? others.at(-1) : ""
  return [first, others.length, last, ...new Set(searchParams.keys())].join(" ")
}

async function fastest(page: string): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const beganAtMs = performance.now()
    await visitor.get(page)
    times.push(performance.now() - beganAtMs)
  }
  return Math.round(Math.min(...times))
}
