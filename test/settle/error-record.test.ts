import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const unprintable = {
  toString: () => {
    throw new Error("no")
  },
}
const circular = new Error("round")
circular.cause = circular
const nameless = Object.assign(new Error("nameless"), { name: 5 as never })

const thrown: [what: string, value: unknown, record: Record<string, unknown>][] = [
  ["a text", "just text", { class: "string", message: "just text", stack: null }],
  ["a number", 5, { class: "number", message: "5", stack: null }],
  ["undefined", undefined, { class: "undefined", message: "undefined", stack: null }],
  ["null", null, { class: "object", message: "null", stack: null }],
  ["a symbol", Symbol("odd"), { class: "symbol", message: "Symbol(odd)" }],
  ["an object that can't be printed", unprintable, { class: "object" }],
  ["an error whose name is a number", nameless, { class: "5", message: "nameless" }],
  ["an error without a message", new TypeError(), { class: "TypeError", message: "" }],
  ["an error with NUL in its message", new Error("a\0b"), { message: "a\uFFFDb" }],
  ["an error with half a surrogate pair", new Error("a\ud83d"), { message: "a\uFFFD" }],
  ["an error with a message of a megabyte", new Error("€".repeat(1e6)), { message: "€".repeat(2_000) }],
  [
    "an AggregateError",
    new AggregateError([new Error("one")], "all"),
    { class: "AggregateError", message: "all", stack: expect.stringMatching(/Error 1 of it: Error: one/) },
  ],
  [
    "an AggregateError without a message, as of a connection that could not be opened",
    new AggregateError([new Error("refused ::1"), Object.assign(new Error("refused"), { name: "NetError" })]),
    { class: "AggregateError", message: "Error: refused ::1; NetError: refused" },
  ],
  [
    "an AggregateError of very many",
    new AggregateError(
      Array.from({ length: 10_000 }, (_, at) => new Error(`number ${at} ${"x".repeat(500)}`)),
    ),
    { message: expect.stringMatching(/^Error: number 0 .*; and 9995 more$/) },
  ],
  [
    "an error without a message, with a cause",
    new Error("", { cause: new TypeError("the reason") }),
    { class: "Error", message: "TypeError: the reason" },
  ],
  [
    "an error whose cause has a cause, and that one a text",
    new Error("top", { cause: new Error("middle", { cause: "the bottom" }) }),
    { message: "top", stack: expect.stringMatching(/Caused by: Error: middle.*Caused by: the bottom/s) },
  ],
  [
    "an error whose cause is an object",
    new Error("top", { cause: { status: 503, body: { reason: "busy" } } }),
    { stack: expect.stringContaining("Caused by: { status: 503, body: { reason: 'busy' } }") },
  ],
  [
    "an object with a message",
    { message: "no error, but a message" },
    { class: "object", message: "no error, but a message" },
  ],
  [
    "an object",
    { status: 503, reason: "busy" },
    { class: "object", message: "{ status: 503, reason: 'busy' }" },
  ],
  ["an error that causes itself", circular, { message: "round", stack: expect.stringContaining("round") }],
  [
    "an error with a long stack and a cause",
    Object.assign(new Error("top", { cause: new Error("the reason") }), { stack: "s".repeat(1e6) }),
    { stack: expect.stringContaining("Caused by: Error: the reason") },
  ],
]

const job = defineJob({
  name: "throws",
  maxAttempts: 1,
  perform({ at }: { at: number }) {
    throw thrown[at]?.[1]
  },
})
const { sluice, drainOnce } = drainable(database, [job])

test.each(thrown.map(([what, , record], at) => [what, at, record] as const))(
  "a job that throws %s is recorded, whatever it is",
  async (_what, at, record) => {
    const { id } = await sluice.enqueue("throws", { at })
    expect(await drainOnce()).toMatchObject({ discarded: 1, lost: 0 })
    const job = await sluice.getJob(id)
    expect(job).toMatchObject({ state: "discarded", errors: [record] })
    expect(job?.errors[0]?.stack?.length ?? 0).toBeLessThanOrEqual(8_000)
  },
)
