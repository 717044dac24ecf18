import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("delete from sluice.jobs"))

const duration = /give a number of seconds, 0 or more, or a string such as/
const instant = /give an ISO 8601 instant/
const key = /give text of 1 to 512 characters/

const cases: [options: unknown, says: RegExp][] = [
  [{ quue: "mail" }, /give one of queue, priority, runAt/],
  [{ queue: "a b" }, /1 to 128 letters/],
  [{ queue: "" }, /1 to 128 letters/],
  [{ queue: "q".repeat(129) }, /1 to 128 letters/],
  [{ queue: 5 }, /1 to 128 letters/],
  [{ queue: true }, /1 to 128 letters/],
  [{ queue: ["mail"] }, /1 to 128 letters/],
  [{ priority: 1.5 }, /whole number/],
  [{ priority: "5" }, /whole number/],
  [{ priority: 2 ** 31 }, /whole number/],
  [{ maxAttempts: 0 }, /1 to 1000/],
  [{ maxAttempts: 1_001 }, /1 to 1000/],
  [{ concurrencyLimit: 0 }, /whole number from 1 to 1000000/],
  [{ rate: { limit: 5 } }, /an object of limit \(1 to 1000000\), per/],
  [{ queue: null }, /leave it out \(jsonb_strip_nulls does\)/],
  [{ [`${"k".repeat(200)}`.slice(0, 100)]: "v".repeat(1_000_000) }, /v{99} *: give one of/],
  [{ runAt: "tomorrow" }, instant],
  [{ runAt: "infinity" }, instant],
  [{ runAt: "2030-02-31T12:00:00Z" }, instant],
  [{ runAt: "2030-01-31T12:00:00" }, instant],
  [{ runAt: "2030-01-31T12:00:00 America/New_York" }, instant],
  [{ runAt: 1_900_000_000 }, instant],
  [{ runAt: "2030-01-31T12:00:00Z", delay: "5m" }, /runAt or delay, not both/],
  [{ delay: -1 }, duration],
  [{ delay: "5" }, duration],
  [{ delay: "5 minutes" }, duration],
  [{ delay: true }, duration],
  [{ delay: 1e15 }, duration],
  [{ delay: "999999999d" }, duration],
  [{ timeout: "long" }, duration],
  [{ timeout: 0 }, /longer than 0|duration|1 ms/],
  [{ timeout: "30d" }, /24 days|duration/],
  [{ uniqueKey: "" }, key],
  [{ uniqueKey: "k".repeat(513) }, key],
  [{ idempotencyKey: 5 }, key],
  [{ concurrencyKey: "" }, key],
  [{ tags: "mail" }, /list of up to 100 strings/],
  [{ tags: ["a", 5] }, /list of up to 100 strings/],
  [{ tags: [null] }, /list of up to 100 strings/],
  [{ tags: [["a"]] }, /list of up to 100 strings/],
  [{ tags: ["a", ["b", "c"]] }, /list of up to 100 strings/],
  [{ metadata: [] }, /JSON object/],
  [{ metadata: "text" }, /JSON object/],
]

test.each(cases)(
  "options %j from SQL are refused with an error that names the option, and nothing is stored",
  async (options, says) => {
    const [option] = Object.keys(options as object)
    await expect(enqueue("any", {}, options)).rejects.toMatchObject({
      code: "SL000",
      message: expect.stringMatching(new RegExp(`^options\\.(${option}|delay) is `)),
    })
    await expect(enqueue("any", {}, options)).rejects.toThrow(says)
    expect(await database.rows("select * from sluice.jobs")).toEqual([])
  },
)

test.each([
  ["a list", []],
  ["a text", "mail"],
  ["a number", 5],
])("options that are %s are refused", async (_what, options) => {
  await expect(enqueue("any", {}, options)).rejects.toMatchObject({
    code: "SL000",
    message: expect.stringMatching(/^options is .*JSON object/),
  })
})

test.each([[null], [""], ["a b"], ["größe"], ["n".repeat(129)]])("the name %j is refused", async (name) => {
  await expect(enqueue(name, {}, {})).rejects.toMatchObject({
    code: "SL000",
    message: expect.stringMatching(/^Job name .*1 to 128 letters/),
  })
})

test("a payload of 256 KiB is stored from SQL, and one byte more is refused", async () => {
  await enqueue("large", "x".repeat(256 * 1024 - 2), {})
  expect(await database.rows("select name from sluice.jobs")).toEqual([{ name: "large" }])
  await expect(enqueue("large", "x".repeat(256 * 1024 - 1), {})).rejects.toMatchObject({
    code: "SL000",
    message: expect.stringMatching(/262145 bytes.*limit of 262144/),
  })
})

test("a payload that is JSON's null is refused, as by the API", async () => {
  await expect(enqueue("any", null, {})).rejects.toMatchObject({
    code: "SL000",
    message: expect.stringMatching(/payload.*null/),
  })
})

test("an error rolls back the caller's transaction", async () => {
  await database.pool.query("create table users (name text)")
  const text = `with stored as (insert into users values ('ada')) select sluice.enqueue('any', '{}', '{"delay": "soon"}')`
  await expect(database.pool.query(text)).rejects.toMatchObject({ code: "SL000" })
  expect(await database.rows("select * from users")).toEqual([])
})

function enqueue(name: string | null, payload: unknown, options: unknown) {
  const values = [name, JSON.stringify(payload), JSON.stringify(options)]
  return database.rows("select sluice.enqueue($1, $2, $3)", values)
}
