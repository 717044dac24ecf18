// The end of .ci/run: adds up what its steps reported. It runs on the machine's own Node, also when nothing could be
// installed.
import { readFileSync } from "node:fs"
import { join } from "node:path"

/** Of tests with failures: one that passed did so when it was tried again. */
const outcomes = { failed: "FAILED", passed: "PASSED AT THE SECOND ATTEMPT" }

const [folder] = process.argv.slice(2)
const parts = [
  count("check", (report) => report),
  count("test", countTests),
  count("long", countTests),
  count("engine", countTests),
]
const [passed, failed, skipped] = ["passed", "failed", "skipped"].map((kind) =>
  parts.reduce((sum, part) => sum + part[kind], 0),
)
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`)
process.exitCode = failed > 0 ? 1 : 0

/**
 * A part that has no report, or ended badly without saying where, is one failure. One that could not be run on this
 * machine has the status "skipped", and counts as one that was skipped.
 */
function count(part, read) {
  const status = readFileSync(join(folder, `${part}.status`), "utf8").trim()
  if (status === "skipped") return { passed: 0, failed: 0, skipped: 1 }
  const counts = { passed: 0, failed: 0, skipped: 0, ...readReport(part, read) }
  if (counts.passed + counts.failed > 0 && (status === "0" || counts.failed > 0)) return counts
  console.log(`\nThe step ${part} ended with status ${status}, which is counted as a failure`)
  return { ...counts, failed: counts.failed + 1 }
}

function readReport(part, read) {
  try {
    return read(JSON.parse(readFileSync(join(folder, `${part}.json`), "utf8")))
  } catch {
    return {}
  }
}

/**
 * Vitest's JSON. A file can fail though none of its tests did: at its import, or in a hook. What failed is printed again,
 * also what passed then, because a log that is cut keeps its end.
 */
function countTests({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const failedFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  )
  for (const { name, message } of failedFiles) console.log(`\nFAILED ${name}\n${message.slice(0, 2000)}`)
  for (const { name, assertionResults } of testResults)
    for (const { status, fullName, failureMessages } of assertionResults)
      if (failureMessages.length > 0)
        console.log(
          `\n${outcomes[status]} ${name} > ${fullName}\n${failureMessages.join("\n").slice(0, 2000)}`,
        )
  return {
    passed: numPassedTests,
    failed: numFailedTests + failedFiles.length,
    skipped: numPendingTests + numTodoTests,
  }
}
