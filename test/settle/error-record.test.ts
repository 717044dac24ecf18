import { expect, test } from "vitest"
import { defineJob } from "../../packages/core/src/index.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const unprintable = {
  toString: () => {
    throw new Error("no")
  },
}
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
    { class: "AggregateError", message: "all" },
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
    expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", errors: [record] })
  },
)
