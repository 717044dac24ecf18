import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { ROOT } from "./pages.ts"

/** What `sluice help` prints of each command; command-line.long.test.ts holds the page to it. */
const sections = readFileSync(join(ROOT, "docs/command-line.md"), "utf8")
  .split(/^Usage: sluice /m)
  .slice(2)
  .map((text) => ({ words: text.match(/^[a-z- ]+(?= [[<])/)?.[0] ?? "", text }))
const helpOf = new Map(sections.map(({ words, text }) => [words, text]))
const commands = sections.filter(({ text }) => /^ {2}(?!-h)-/m.test(text) || text.startsWith("completion"))
const examples = commands.flatMap(({ words, text }) =>
  [...text.matchAll(/^ {2}.*\bsluice .*$/gm)]
    .filter(([line]) => !line.startsWith("  #"))
    .map(([line]) => ({ words, line: line.trim() })),
)

test("the help of each command has an example", () => {
  expect(commands.length).toBeGreaterThan(50)
  const without = commands
    .map(({ words }) => words)
    .filter((words) => !examples.some((one) => one.words === words))
  expect(without).toEqual([])
})

test.each(examples)("`$line`, an example of $words, calls a command with options that it has", ({ line }) => {
  const words =
    line
      .match(/sluice ((?:[a-z][a-z-]* ?)+)/)?.[1]
      ?.trim()
      .split(" ") ?? []
  const called = words.map((_, index) => words.slice(0, words.length - index).join(" "))
  const known = called.find((one) => helpOf.has(one))
  const own = line.split(/ [|>] | \|\| /)[0] as string
  for (const [, option] of own.matchAll(/ (--[\w-]+)/g))
    expect(helpOf.get(known as string)).toContain(`  ${option}`)
  expect(known).toBeDefined()
})
