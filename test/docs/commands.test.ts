import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { PAGES, ROOT, readPage } from "./pages.ts"

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))

test("each npm script that a page names is there", () => {
  const named = mentions(/npm (?:run )?(start|test|(?<=run )[a-z:-]+)/g)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(({ what: [script] }) => !(script in scripts))).toEqual([])
})

test("each command and option of sluice that a page names is in its help", async () => {
  const { output } = await runSluice("--help")
  const named = mentions(/npx (?:@sluice\/cli|sluice) ([a-z]+[^`\n#]*)/g)
  expect(named.length).toBeGreaterThan(5)
  const missing = named.filter(({ what: [command, ...rest] }) => {
    const options = rest.filter((word) => word.startsWith("--"))
    return ![`sluice ${command}`, ...options].every((words) => output.includes(words))
  })
  expect(missing).toEqual([])
})

/** What the pattern captures, by words, with the page. */
function mentions(pattern: RegExp) {
  return PAGES.flatMap((page) =>
    [...readPage(page).matchAll(pattern)].map(([, text = ""]) => ({ page, what: text.trim().split(/\s+/) })),
  )
}
