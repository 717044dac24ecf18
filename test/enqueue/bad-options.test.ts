import { inspect } from "node:util"
import { createSluice, type EnqueueOptions, type InvalidInputError } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

afterEach(() => database.pool.query("delete from sluice.jobs"))

const instant = /a Date or an ISO 8601 instant such as 2030-01-31T12:00:00Z/
const duration = /"5m"/

// Values that JSON doesn't have, and one of each kind. The others are in cases.ts, for every way in which a job comes.
const cases: [options: Record<string, unknown>, code: string, says: RegExp, ...path: string[]][] = [
  [{ runAt: "tomorrow" }, "invalid_option", instant],
  [{ runAt: new Date(Number.NaN) }, "invalid_option", instant],
  [{ runAt: new Date(8.64e15) }, "invalid_option", instant],
  [{ runAt: "2030-01-31T12:00:00Z", delay: "5m" }, "invalid_option", /runAt or delay, not both/, "delay"],
  [{ delay: "5 minutes" }, "invalid_duration", duration],
  [{ delay: Number.NaN }, "invalid_duration", duration],
  [{ delay: 5n }, "invalid_duration", duration],
  [{ timeout: "30d" }, "invalid_option", /24 days/],
  [{ queue: "a b" }, "invalid_name", /1 to 128 letters, digits and \. _ - \/ :/],
  [{ queue: Object.create(null) }, "invalid_name", /queue is \{\}: give/],
  [{ queue: new Map() }, "invalid_name", /queue is an instance of Map: give/],
  [{ priority: Number.NaN }, "invalid_option", /whole number/],
  [{ uniqueKey: "" }, "invalid_option", /text of 1 to 512 characters/],
  [
    { rateKey: "a", rate: { limit: 5, per: "0.5s" } },
    "invalid_option",
    /rate is \{ limit: 5, per: "0\.5s" \}: give .* per \(a duration from "1s" to "31d"\)/,
    "rate",
  ],
  [{ tags: ["mail", 5] }, "invalid_option", /tags is \["mail", 5\]: give a list of up to 100 strings/],
  [{ metadata: "text" }, "invalid_option", /JSON object/],
  [{ metadata: { a: "\0" } }, "invalid_payload", /NUL/, "metadata", "a"],
  [{ metadata: { a: 5n } }, "invalid_payload", /BigInt/, "metadata", "a"],
  [{ quue: "mail" }, "unknown_option", /did you mean "queue"\?/],
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
