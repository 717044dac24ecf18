import { spawnSync } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ROOT, read } from "../support/sources.ts"
import { type Edit, GUARDS } from "./guards.ts"
import { RACES, type Race } from "./page.ts"

// Removes the guards of docs/protocol.md, one after the other, and runs the test of each, which must fail:
//   npm run guards [-- "Second look" …]
// It changes files of this checkout while it runs, and puts them back.

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in GUARDS))
if (unknown.length > 0) throw new Error(`docs/protocol.md has no race ${unknown.join(", ")}`)

let survived = 0
for (const race of RACES) {
  if (wanted.length > 0 && !wanted.includes(race.name)) continue
  const failures = withEdits(GUARDS[race.name] ?? [], () => failuresOf(race))
  if (failures.length === 0) survived++
  console.log(`${failures.length > 0 ? "fails without it" : "PASSES WITHOUT IT"}: ${race.name}`)
  for (const failure of failures) console.log(`    ${failure}`)
}
process.exitCode = survived > 0 ? 1 : 0

function withEdits<Value>(edits: readonly Edit[], work: () => Value): Value {
  const before = new Map(edits.map(({ file }) => [file, read(file)]))
  const putBack = () => {
    for (const [file, text] of before) writeFileSync(ROOT + file, text)
  }
  try {
    for (const { file, from, to } of edits) {
      const text = read(file)
      if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`)
      writeFileSync(
        ROOT + file,
        text.replace(from, () => to),
      )
    }
    return work()
  } finally {
    putBack()
  }
}

/** The first lines of what failed in the race's test; a file that could not be run at all counts for nothing. */
function failuresOf({ path, title }: Race): string[] {
  const pattern = title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/%[sdo]/g, ".*")
  const report = join(tmpdir(), `guards-${process.pid}.json`)
  const options = ["-t", pattern, "--reporter=json", `--outputFile=${report}`]
  spawnSync("npx", ["vitest", "run", path, ...options], { cwd: ROOT, stdio: "ignore" })
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as VitestReport
  rmSync(report)
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "failed")
    .map((failed) => failed.failureMessages[0]?.split("\n")[0] ?? failed.title)
}

interface VitestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}
