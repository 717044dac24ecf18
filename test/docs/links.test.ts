import { existsSync, statSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { expect, test } from "vitest"
import { anchorOf } from "../../docs/.vitepress/anchors.ts"
import { PAGES, ROOT, readPage } from "./pages.ts"

test("every link between pages leads to a file, and to a heading of it", () => {
  const broken = PAGES.flatMap((page) =>
    linksOf(page)
      .filter((target) => !leadsSomewhere(page, target))
      .map((target) => `${page}: ${target}`),
  )
  expect(broken).toEqual([])
})

test("every page of docs/ is linked from the README", () => {
  const linked = new Set(linksOf("README.md").map((target) => target.replace(/#.*/, "")))
  expect(PAGES.filter((page) => page.startsWith("docs/") && !linked.has(page))).toEqual([])
})

function linksOf(page: string): string[] {
  const targets = [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target))
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#")
  const file = path === "" ? page : normalize(join(dirname(page), path))
  if (!existsSync(join(ROOT, file))) return false
  if (anchor === undefined) return true
  return statSync(join(ROOT, file)).isFile() && anchorsOf(file).has(anchor)
}

/** `## When a job fails` is `#when-a-job-fails`, and the second of that name `…-1`. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ""] of withoutCode(page).matchAll(/^#+ (.*)$/gm)) {
    const anchor = anchorOf(heading)
    let unique = anchor
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`
    anchors.add(unique)
  }
  return anchors
}

function withoutCode(page: string): string {
  return readPage(page).replace(/^( *)(`{3,})[\s\S]*?^\1\2$/gm, "")
}
