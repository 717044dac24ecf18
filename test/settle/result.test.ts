import { defineJob, type Logger } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

const storable: [what: string, result: unknown, stored: unknown][] = [
  ["an object", { sent: 3, at: new Date(0) }, { sent: 3, at: "1970-01-01T00:00:00.000Z" }],
  ["a list", [1, null, "ü"], [1, null, "ü"]],
  ["a text", "done", "done"],
  ["false", false, false],
  ["zero", 0, 0],
  ["nothing", undefined, null],
  ["null", null, null],
  ["a function", () => {}, null],
  ["256 KiB", "x".repeat(256 * 1024 - 2), "x".repeat(256 * 1024 - 2)],
]
const TOO_LARGE = "The result is over 256 KiB and was not stored"
const NOT_TEXT = "The result has characters that Postgres can't store and was not stored"
const NOT_JSON = "The result is not JSON and was not stored"
const unstorable: [what: string, result: unknown, warning: string][] = [
  ["a BigInt", { amount: 5n }, NOT_JSON],
  ["a ring", cyclic, NOT_JSON],
  ["a byte more than 256 KiB", "x".repeat(256 * 1024 - 1), TOO_LARGE],
  ["more than 256 KiB in characters of three bytes", "€".repeat(100_000), TOO_LARGE],
  ["more than 256 KiB once its numbers are written out", new Array(900).fill(1e308), TOO_LARGE],
  ["NUL", { text: "a\0b" }, NOT_TEXT],
  ["half a surrogate pair", "a\ud83d", NOT_TEXT],
]
const results = [...storable, ...unstorable].map(([, result]) => result)

const returns = defineJob({ name: "returns", perform: ({ at }: { at: number }) => results[at] })
const returnsInTransaction = defineJob({
  name: "returns-in-transaction",
  transactional: true,
  perform: ({ at }: { at: number }) => results[at],
})
const { sluice, drainOnce } = drainable(database, [returns, returnsInTransaction])

const warnings: string[] = []
const log: Logger = { debug() {}, info() {}, error() {}, warn: (message) => warnings.push(message) }
afterEach(() => warnings.splice(0))

test.each(storable)(
  "what perform returns (%s) is the job's result, as JSON",
  async (_what, result, stored) => {
    const at = results.indexOf(result)
    const jobs = ["returns", "returns-in-transaction"].map((name) => ({ name, payload: { at } }))
    for (const { id } of await storeAndDrain(jobs)) {
      expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: stored })
    }
    expect(warnings).toEqual([])
  },
)

test.each(unstorable)(
  "a result that can't be stored (%s) is dropped with a warning, and the job has succeeded",
  async (_what, result, warning) => {
    const at = results.indexOf(result)
    const jobs = ["returns", "returns-in-transaction"].map((name) => ({ name, payload: { at } }))
    for (const { id } of await storeAndDrain(jobs)) {
      expect(await sluice.getJob(id)).toMatchObject({
        state: "succeeded",
        attempts: 1,
        result: null,
        errors: [],
      })
    }
    expect(warnings).toEqual([warning, warning])
  },
)

test("each job has its own result, and one that can't be stored does not touch those that are settled with it", async () => {
  const jobs = results.map((_result, at) => ({ name: "returns", payload: { at } }))
  const ids = (await storeAndDrain(jobs)).map(({ id }) => id)
  expect(await database.rows("select count(*)::int from sluice.jobs")).toEqual([{ count: 0 }])
  const kept = await Promise.all(ids.map(async (id) => (await sluice.getJob(id))?.result))
  expect(kept).toEqual([...storable.map(([, , stored]) => stored), ...unstorable.map(() => null)])
})

async function storeAndDrain(jobs: { name: string; payload: { at: number } }[]) {
  const stored = await sluice.enqueueMany(jobs)
  expect(await drainOnce({ log })).toMatchObject({
    succeeded: jobs.length,
    retried: 0,
    discarded: 0,
    lost: 0,
  })
  return stored
}
