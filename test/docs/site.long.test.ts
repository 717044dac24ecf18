import { execFile } from "node:child_process"
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { promisify } from "node:util"
import { beforeAll, expect, test } from "vitest"
import { fileOf } from "../../docs/.vitepress/llms.ts"
import { NAVIGATION } from "../../docs/.vitepress/navigation.ts"
import { PAGES, ROOT } from "./pages.ts"

const SITE = join(ROOT, "docs/.vitepress/dist")

beforeAll(async () => {
  await run("docs:build")
}, 480_000)

test("each link of the built site leads to a page, and to a heading of it", () => {
  const pages = globSync("**/*.html", { cwd: SITE }).filter((page) => page !== "404.html")
  expect(pages.length).toBeGreaterThan(50)
  const broken = pages.flatMap((page) =>
    linksOf(page)
      .filter((target) => !leadsSomewhere(page, target))
      .map((target) => `${page}: ${target}`),
  )
  expect([...new Set(broken)]).toEqual([])
})

test("the navigation has every page of the manual, and nothing twice", () => {
  const files = NAVIGATION.flatMap(({ items }) => items.map(({ link }) => fileOf(link)))
  expect(new Set(files).size).toBe(files.length)
  const pages = PAGES.filter((page) => page.startsWith("docs/"))
  expect(pages.filter((page) => !files.includes(page))).toEqual([])
})

test("llms.txt lists each page with a sentence on it, and llms-full.txt has their texts", () => {
  const list = read("llms.txt")
  const entries = [...list.matchAll(/^- \[(.+)\]\((.+)\): (.*)$/gm)]
  expect(entries.length).toBe(NAVIGATION.flatMap(({ items }) => items).length)
  expect(entries.filter(([, , address = ""]) => !existsSync(join(SITE, address)))).toEqual([])
  expect(entries.filter(([, , , sentence = ""]) => !sentence.endsWith(".")).map(([line]) => line)).toEqual([])
  expect(read("llms-full.txt")).toContain("# When a job fails")
})

test("the search knows what pages say", () => {
  const index = globSync("assets/chunks/@localSearchIndexroot*.js", { cwd: SITE }).map(read).join("")
  expect(index).toContain("advisory")
  expect(index).toContain("when-a-job-fails.html#choose-the-waits")
})

async function run(script: string): Promise<void> {
  await promisify(execFile)("npm", ["run", script], {
    cwd: ROOT,
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, NODE_ENV: "production" },
    maxBuffer: 10_000_000,
  })
}

function read(file: string): string {
  return readFileSync(join(SITE, file), "utf8")
}

/** Of the page itself and its navigation. */
function linksOf(page: string): string[] {
  const targets = [...read(page).matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, target = ""]) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target))
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = "", anchor] = decodeURI(target).split("#")
  const file = path === "" ? page : relative(SITE, addressed(page, path))
  if (!existsSync(join(SITE, file))) return false
  return !anchor || idsOf(file).has(anchor)
}

function addressed(page: string, path: string): string {
  const file = path.startsWith("/") ? join(SITE, path) : join(SITE, dirname(page), path)
  return path.endsWith("/") ? join(file, "index.html") : file
}

const known = new Map<string, Set<string>>()

function idsOf(file: string): Set<string> {
  const ids = known.get(file) ?? new Set([...read(file).matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id))
  known.set(file, ids)
  return ids
}
