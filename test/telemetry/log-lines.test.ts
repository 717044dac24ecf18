import { createLog } from "@sluice/core/log"
import { expect, test } from "vitest"

test.each(["readable", "json"] as const)("a %s line never fails for what JSON can't express", (format) => {
  const circular: Record<string, unknown> = { size: 10n }
  circular.self = circular
  const throwing = {
    toJSON() {
      throw new Error("no JSON")
    },
  }
  const [count, loop, broken] = linesOf(format, { count: 10n }, { circular }, { throwing })
  expect(count).toMatch(/count"?[=:]"10"/)
  expect(loop).toContain("Circular")
  expect(broken).toContain("throwing")
})

test("an entry is one readable line, whatever its texts contain", () => {
  const lines: string[] = []
  const log = createLog({ format: "readable", write: (line) => lines.push(line) })
  const forged = "refused\r\nmail #9 succeeded in 1 ms\u001b[2J\u0085"
  log.warn("Job discarded", { name: "mail", jobId: "1", attempt: 1, error: forged })
  log.info(forged, { text: forged, word: "\u001b[31m" })
  expect(lines).toHaveLength(2)
  expect(lines.join("")).not.toMatch(/\p{Cc}/u)
  expect(lines[0]).toBe(
    "mail #1 discarded (attempt 1): refused\\u000d\\nmail #9 succeeded in 1 ms\\u001b[2J\\u0085",
  )
})

test("a job's own line begins with the job, also where the job logs a name", () => {
  const lines: string[] = []
  const log = createLog({ format: "readable", write: (line) => lines.push(line) })
  log.info("Hello", { jobId: "1", job: "greet", attempt: 1, name: "Ada" })
  log.warn("Job is slow", { jobId: "2", name: "greet", attempt: 1 }) // a line of the engine
  log.info("Read", { name: "a.csv" })
  expect(lines).toEqual(["greet #1: Hello name=Ada", "greet #2: Job is slow", "Read name=a.csv"])
})

function linesOf(format: "readable" | "json", ...entries: Record<string, unknown>[]): string[] {
  const lines: string[] = []
  const log = createLog({ format, write: (line) => lines.push(line) })
  for (const entry of entries) log.info("Measured", entry)
  return lines
}
