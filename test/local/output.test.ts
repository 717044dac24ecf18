import { createOutput } from "@sluice/local/output"
import { expect, test } from "vitest"

const AT = new Date(2026, 0, 31, 14, 3, 7)
const line = (entry: object) =>
  `[drain] ${JSON.stringify({ level: "WARN", timestamp: AT, service: "drain", hop: 0, ...entry })}`
const job = { jobId: "7", name: "mail", attempt: 1, durationMs: 12 }

test("a line of a function begins with the time and the name of the function", () => {
  expect(shown(line({ ...job, level: "DEBUG", message: "Job succeeded" }))).toEqual([
    "14:03:07 drain     mail #7 succeeded in 12 ms",
  ])
})

test("below an error is its stack, indented", () => {
  const stack = "Error: no\n    at perform (/app/jobs/mail.ts:7:3)\n    at run (/app/x.ts:1:1)"
  const [text = ""] = shown(line({ ...job, message: "Job discarded", error: "no", stack }))
  expect(text.split("\n")).toEqual([
    "14:03:07 drain     mail #7 discarded (attempt 1): no",
    "    at perform (/app/jobs/mail.ts:7:3)",
    "    at run (/app/x.ts:1:1)",
  ])
})

test("what a job prints without a log is told with its function, and can't steer the terminal", () => {
  const [text] = shown("[drain] hello \u001b[2J{")
  expect(text).toMatch(/^\d\d:\d\d:\d\d drain {5}hello \\u001b\[2J\{$/)
})

test("what the host itself says is left as it is", () => {
  expect(shown("psql  postgres://…")).toEqual(["psql  postgres://…"])
})

test("an invocation is told by its process id when it has ended", () => {
  const lines = shown("START drain RequestId a pid 17", "REPORT drain RequestId a pid 17 succeeded 12 MB")
  expect(lines).toEqual(["REPORT drain RequestId a pid 17 succeeded 12 MB"])
})

test("a page of the dashboard is told only if it fails: pages refresh themselves", () => {
  const start = "START dashboard RequestId a pid 17"
  expect(shown(start, "REPORT dashboard RequestId a pid 17 warm 9 ms succeeded 12 MB")).toEqual([])
  const failed = "REPORT dashboard RequestId a pid 17 warm 9 ms failed 12 MB"
  expect(shown(start, failed)).toEqual([failed])
})

test("metrics, and what a drain did in all, aren't shown", () => {
  expect(shown(line({ message: "Drained" }), '[drain] {"_aws":{}}')).toEqual([])
})

test("as JSON, lines are passed on unchanged", () => {
  const given = line({ message: "Drained" })
  const lines: string[] = []
  createOutput({ json: true, colors: false, debug: false, write: (text) => lines.push(text) })(given)
  expect(lines).toEqual([given])
})

function shown(...lines: string[]): string[] {
  const written: string[] = []
  const output = createOutput({
    json: false,
    colors: false,
    debug: false,
    write: (text) => written.push(text),
  })
  for (const one of lines) output(one)
  return written
}
