import { expect, test } from "vitest"
import { checkedBlocks, placeOf, readBlocks } from "./pages.ts"

/** Which tests check the blocks of a language. */
const CHECKED: Readonly<Record<string, string>> = {
  ts: "typescript.long.test.ts",
  sql: "sql.test.ts",
  json: "executor-event.test.ts",
  python: "executor-event.test.ts",
  text: "command-line.test.ts",
  sh: "own-app.long.test.ts, requests.test.ts, commands.test.ts",
}

test("each block is checked by a test, or says in its first line that none does", () => {
  const unknown = readBlocks().filter(
    ({ language, marks }) => !(language in CHECKED || language === "mermaid" || marks.includes("unchecked")),
  )
  expect(unknown.map(placeOf)).toEqual([])
})

test("few blocks are unchecked, and each mark is one of those that tests know", () => {
  const marks = readBlocks().flatMap((block) => block.marks)
  expect([...new Set(marks)].toSorted()).toEqual(["http", "sst", "unchecked"])
  const unchecked = readBlocks().filter((block) => block.marks.includes("unchecked"))
  expect(unchecked.every(({ language }) => !["ts", "sql", "json", "python"].includes(language))).toBe(true)
  expect(unchecked.length).toBeLessThan(checkedBlocks(...Object.keys(CHECKED)).length / 4)
})
