import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { PAGES, ROOT, readPage } from "./pages.ts"

test("each npm script that a page names is there", () => {
  const named = mentions(/npm (?:run )?(start|test|(?<=run )[a-z:-]+)/g)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(({ page, what: [script = ""] }) => !scriptsOf(page).has(script))).toEqual([])
})

test("each command and option of sluice that a page names is in that command's help", async () => {
  const named = mentions(/npx (?:@sluice\/cli|sluice) ([a-z]+[^`\n#|]*)/g)
  expect(named.length).toBeGreaterThan(5)
  const commands = [...new Set(named.map(({ what }) => commandOf(what)))]
  const helps = await Promise.all(
    commands.map(async (command) => [command, await runSluice(...command.split(" "), "--help")] as const),
  )
  const helpOf = new Map(helps)
  const missing = named.filter(({ what }) => {
    const { code, output } = helpOf.get(commandOf(what)) ?? { code: 1, output: "" }
    const options = what.filter((word) => word.startsWith("--"))
    return code !== 0 || !options.every((option) => output.includes(option))
  })
  expect(missing).toEqual([])
})

/** The scripts of the repository, and those of the package whose page it is. */
function scriptsOf(page: string): Set<string> {
  const files = ["package.json", join(dirname(page), "package.json")].map((file) => join(ROOT, file))
  const packages = files.filter(existsSync).map((file) => JSON.parse(readFileSync(file, "utf8")))
  return new Set(packages.flatMap(({ scripts = {} }) => Object.keys(scripts)))
}

/** The command and its verb, and perhaps a word that it takes, which help ignores. */
function commandOf(words: readonly string[]): string {
  const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word))
  return (end < 0 ? words : words.slice(0, end)).slice(0, 2).join(" ")
}

/** What the pattern captures, by words, with the page. */
function mentions(pattern: RegExp) {
  return PAGES.flatMap((page) =>
    [...readPage(page).matchAll(pattern)].map(([, text = ""]) => ({ page, what: text.trim().split(/\s+/) })),
  )
}
