import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { ROOT, readPage } from "./pages.ts"

// Links to tests that don't exist are found by links.test.ts.
const rows = readPage("docs/parity.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| option |"))
  .map((line) => line.slice(2, -1).split(/(?<!\\)\|/))

test("each option has an equivalent and the test that shows it, or a no and its reason", () => {
  expect(rows.length).toBeGreaterThan(100)
  expect(rows.filter((cells) => !isComplete(cells)).map((cells) => cells.join("|"))).toEqual([])
})

test("what the page calls by its name is in the sources", () => {
  const files = ["packages/*/src/**/*.ts", "migrations/**/*.sql", "docs/grants.sql"]
  const sources = globSync(files, { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), "utf8"))
  const words = new Set(sources.join("\n").match(/\w+/g))
  const named = rows.flatMap(([, equivalent = ""]) => codeOf(equivalent))
  expect(named.filter((word) => !words.has(word))).toEqual([])
})

function isComplete([option = "", equivalent = "", shown = "", ...more]: string[]): boolean {
  if (option.trim() === "" || more.length > 0) return false
  if (/^ no: \S/.test(equivalent)) return shown.trim() === ""
  return equivalent.trim() !== "" && /^ \[[\w/.-]+\]\(\.\.\/test\/[\w/.-]+\.test\.ts\) $/.test(shown)
}

/** The names in a cell's code, without what it has in quotes. */
function codeOf(cell: string): string[] {
  const code = [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text.replace(/"[^"]*"/g, ""))
  return code.flatMap((text) => text.match(/[a-zA-Z_]\w+/g) ?? [])
}
