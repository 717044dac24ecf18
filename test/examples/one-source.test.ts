import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { ROOT, readBlocks } from "../docs/pages.ts"

test("the example of a CSV import has the files that its page shows, and no others", () => {
  const blocks = readBlocks().filter(({ page, file }) => page === "docs/examples/csv-import.md" && file)
  const onPage = blocks.map(({ file, text }) => [file, text.slice(text.indexOf("\n") + 1).trim()])
  const folder = join(ROOT, "examples/csv-import/src")
  const inFolder = globSync("*", { cwd: folder }).map((file) => [
    file,
    readFileSync(join(folder, file), "utf8").trim(),
  ])
  expect(Object.fromEntries(inFolder)).toEqual(Object.fromEntries(onPage))
})
