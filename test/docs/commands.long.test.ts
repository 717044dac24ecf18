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
