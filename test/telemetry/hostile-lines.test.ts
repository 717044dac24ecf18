import { createSluice, defineJob, drain, type Logger } from "@sluice/core"
import { createLog, type LogEntry, readableLine } from "@sluice/core/log"
import { createConnect } from "@sluice/core/pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const FORGED = "no\npay #7 succeeded in 1 ms\r\u001b[2J\u009b2J\u2028pay\u202e"
const job = { jobId: "1", name: "mail", attempt: 1, waitMs: 5, durationMs: 5 }

test.each<[where: string, entry: LogEntry]>([
  ["the error of a retried job", { level: "warn", message: "Job retried", ...job, error: FORGED }],
  ["the error of a discarded job", { level: "warn", message: "Job discarded", ...job, error: FORGED }],
  ["the name of a job", { level: "debug", message: "Job succeeded", ...job, name: FORGED }],
  ["a job's own line", { level: "info", message: FORGED, ...job }],
  ["a detail", { level: "info", message: "said", detail: FORGED }],
  ["the name of a detail", { level: "info", message: "said", [FORGED]: 1 }],
  ["an error", { level: "info", message: "said", error: new Error(FORGED) }],
  ["a message that is none", { level: "info", message: [FORGED] as unknown as string }],
])("%s neither begins another line nor steers the terminal", (_where, entry) => {
  const line = readableLine(entry)
  expect(line).toContain("pay")
  expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u)
})

test("a stack is indented below its job, so that none of its lines looks like another event", () => {
  const entry = {
    level: "warn",
    message: "Job discarded",
    ...job,
    error: "no",
    stack: `Error: no\n${FORGED}`,
  }
  const [line, ...below] = readableLine(entry).split("\n")
  expect(line).toBe("mail #1 discarded (attempt 1): no")
  expect(below).toHaveLength(2)
  for (const frame of below) {
    expect(frame).toMatch(/^ {4}\S/)
    expect(frame).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u)
  }
})

test.each(["readable", "json"] as const)("a %s line is written whatever a job logs", (format) => {
  const lines: string[] = []
  const log = createLog({ format, write: (line) => lines.push(line) })
  const cycle: Record<string, unknown> = { name: "cycle" }
  cycle.itself = cycle
  const throwing = {
    toJSON() {
      throw new Error("no")
    },
  }
  for (const detail of [1n, { deep: 1n }, cycle, throwing, new Date(Number.NaN), Symbol("s"), undefined])
    log.info("said", { detail })
  for (const message of ["toString", "constructor", "__proto__", "hasOwnProperty"]) log.info(message)
  expect(lines).toHaveLength(11)
  expect(lines.map((line) => typeof line)).not.toContain("object")
  expect(lines[0]).toMatch(/detail"?[=:]"1"/)
  expect(lines[7]).toContain("toString")
  for (const line of format === "json" ? lines : []) expect(JSON.parse(line)).toMatchObject({ level: "info" })
})

test("an error of megabytes makes a line of at most 2,000 characters", async () => {
  const database = await createDatabase()
  const jobs = [
    defineJob({
      name: "long",
      maxAttempts: 1,
      perform: () => Promise.reject(new Error("x".repeat(2 ** 22))),
    }),
  ]
  const sluice = createSluice({ database: database.pool, jobs })
  await sluice.enqueue("long", {})
  const errors: unknown[] = []
  const silent = { debug() {}, info() {}, error() {} }
  const log: Logger = { ...silent, warn: (_message, details) => void errors.push(details?.error) }
  await drain(sluice, { connect: createConnect(database.url), log })
  expect(errors).toEqual([`${"x".repeat(1_999)}…`])
})
