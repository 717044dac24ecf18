import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { PAGES, ROOT, readPage } from "./pages.ts"

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))

test("each npm script that a page names is there", () => {
  const named = mentions(/npm (?:run )?(start|test|(?<=run )[a-z:-]+)/g)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(({ what: [script = ""] }) => !(script in scripts))).toEqual([])
})

test("each command and option of sluice that a page names is in that command's help", async () => {
  const named = mentions(/npx (?:@sluice\/cli|sluice) ([a-z]+[^`\n#|]*)/g)
  expect(named.length).toBeGreaterThan(5)
  const commands = [...new Set(named.map(({ what: [command = ""] }) => command))]
  const helps = await Promise.all(
    commands.map(async (command) => [command, await runSluice(command, "--help")] as const),
  )
  const helpOf = new Map(helps)
  const missing = named.filter(({ what: [command = "", ...rest] }) => {
    const { code, output } = helpOf.get(command) ?? { code: 1, output: "" }
    const options = rest.filter((word) => word.startsWith("--"))
    return code !== 0 || !options.every((option) => output.includes(option))
  })
  expect(missing).toEqual([])
})

/** What the pattern captures, by words, with the page. */
function mentions(pattern: RegExp) {
  return PAGES.flatMap((page) =>
    [...readPage(page).matchAll(pattern)].map(([, text = ""]) => ({ page, what: text.trim().split(/\s+/) })),
  )
}
