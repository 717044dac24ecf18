import { inspect } from "node:util"
import { createSluice, type EnqueueOptions, type InvalidInputError } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

afterEach(() => database.pool.query("delete from sluice.jobs"))

const instant = /a Date or an ISO 8601 instant such as 2030-01-31T12:00:00Z/
const name = /1 to 128 letters, digits and \. _ - \/ :/
const duration = /"5m"/
const key = /text of 1 to 512 characters/

const cases: [options: Record<string, unknown>, code: string, says: RegExp, ...path: string[]][] = [
  [{ runAt: "tomorrow" }, "invalid_option", instant],
  [{ runAt: "" }, "invalid_option", instant],
  [{ runAt: "2030-01-31" }, "invalid_option", instant],
  [{ runAt: "2030-01-31T12:00:00" }, "invalid_option", instant],
  [{ runAt: "2030-02-31T12:00:00Z" }, "invalid_option", instant],
  [{ runAt: "2030-13-01T12:00:00Z" }, "invalid_option", instant],
  [{ runAt: "2030-01-01T25:00:00Z" }, "invalid_option", instant],
  [{ runAt: new Date(Number.NaN) }, "invalid_option", instant],
  [{ runAt: new Date(8.64e15) }, "invalid_option", instant],
  [{ runAt: 1_900_000_000_000 }, "invalid_option", instant],
  [{ runAt: null }, "invalid_option", instant],
  [{ runAt: "2030-01-31T12:00:00Z", delay: "5m" }, "invalid_option", /runAt or delay, not both/, "delay"],
  [{ delay: -1 }, "invalid_duration", duration],
  [{ delay: "5 minutes" }, "invalid_duration", duration],
  [{ delay: Number.NaN }, "invalid_duration", duration],
  [{ delay: 1e15 }, "invalid_duration", duration],
  [{ delay: "999999999d" }, "invalid_duration", duration],
  [{ delay: null }, "invalid_duration", duration],
  [{ delay: 5n }, "invalid_duration", duration],
  [{ timeout: 0 }, "invalid_option", /a duration longer than 0/],
  [{ timeout: "30d" }, "invalid_option", /24 days/],
  [{ timeout: "long" }, "invalid_duration", duration],
  [{ queue: "" }, "invalid_name", name],
  [{ queue: "a b" }, "invalid_name", name],
  [{ queue: "mail;drop table jobs" }, "invalid_name", name],
  [{ queue: "mail\n" }, "invalid_name", name],
  [{ queue: "größe" }, "invalid_name", name],
  [{ queue: "📮" }, "invalid_name", name],
  [{ queue: "q".repeat(129) }, "invalid_name", name],
  [{ queue: 5 }, "invalid_name", name],
  [{ queue: Object.create(null) }, "invalid_name", name],
  [{ priority: 1.5 }, "invalid_option", /whole number/],
  [{ priority: "high" }, "invalid_option", /whole number/],
  [{ priority: 2 ** 31 }, "invalid_option", /whole number/],
  [{ maxAttempts: 0 }, "invalid_option", /whole number from 1 to 1000/],
  [{ maxAttempts: 1_001 }, "invalid_option", /whole number from 1 to 1000/],
  [{ uniqueKey: "" }, "invalid_option", key],
  [{ uniqueKey: "k".repeat(513) }, "invalid_option", key],
  [{ uniqueKey: 5 }, "invalid_option", key],
  [{ uniqueKey: "a\0" }, "invalid_option", key],
  [{ idempotencyKey: "a\ud800" }, "invalid_option", key],
  [{ concurrencyKey: "" }, "invalid_option", key],
  [{ concurrencyKey: "a", concurrencyLimit: 0 }, "invalid_option", /whole number/, "concurrencyLimit"],
  [{ rateKey: "a\0" }, "invalid_option", key],
  [{ fairKey: "" }, "invalid_option", key],
  [{ fairKey: "a", fairWeight: 1_001 }, "invalid_option", /whole number from 1 to 1000/, "fairWeight"],
  [
    { rateKey: "a", rate: { limit: 5, per: "0.5s" } },
    "invalid_option",
    /rate is \{ limit: 5, per: "0\.5s" \}: give .* per \(a duration from "1s" to "31d"\)/,
    "rate",
  ],
  [{ tags: "mail" }, "invalid_option", /list of up to 100 strings/],
  [{ tags: ["mail", 5] }, "invalid_option", /list of up to 100 strings/],
  [{ tags: ["a\0"] }, "invalid_option", /list of up to 100 strings/],
  [{ metadata: [] }, "invalid_option", /JSON object/],
  [{ metadata: "text" }, "invalid_option", /JSON object/],
  [{ metadata: { a: "\0" } }, "invalid_payload", /NUL/, "metadata", "a"],
  [{ metadata: { a: 5n } }, "invalid_payload", /BigInt/, "metadata", "a"],
  [{ quue: "mail" }, "unknown_option", /did you mean "queue"\?/],
  [{ maxattempts: 3 }, "unknown_option", /did you mean "maxAttempts"\?/],
  [{ frobnicate: true }, "unknown_option", /known options are queue, priority/],
]

test.each(
  cases.map(([options, code, says, ...at]) => {
    if (at.length === 0) at = Object.keys(options)
    const given = inspect(options, { breakLength: Number.POSITIVE_INFINITY, maxStringLength: 40 })
    return [given, options, code, says, at] as const
  }),
)(
  "options %s are refused with the path, alone and in a batch, and nothing is stored",
  async (_given, options, code, says, at) => {
    const wrong = options as EnqueueOptions
    const alone = await errorOf(sluice.enqueue("odd", {}, wrong))
    expect(alone).toMatchObject({ name: expect.stringMatching(/^(InvalidInput|PayloadTooLarge)Error$/) })
    expect(alone).toMatchObject({ code, path: ["options", ...at], index: undefined })
    expect(alone.message).toMatch(says)
    expect(alone.message).toContain(at.at(-1))

    const inBatch = await errorOf(sluice.enqueueMany([{ name: "good" }, { name: "odd", options: wrong }]))
    expect(inBatch).toMatchObject({ code, path: ["options", ...at], index: 1 })
    expect(inBatch.message).toBe(`jobs[1]: ${alone.message}`)

    expect(await database.rows("select * from sluice.jobs")).toEqual([])
  },
)

test("a transaction is given for the whole batch, not for one of its jobs", async () => {
  const options = { transaction: database.pool } as EnqueueOptions
  expect(await errorOf(sluice.enqueueMany([{ name: "odd", options }]))).toMatchObject({
    code: "unknown_option",
    path: ["options", "transaction"],
    index: 0,
  })
})

async function errorOf(work: Promise<unknown>): Promise<InvalidInputError> {
  return work.then(
    () => expect.unreachable("was taken"),
    (error) => error,
  )
}
