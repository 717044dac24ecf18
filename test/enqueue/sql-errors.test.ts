import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("delete from sluice.jobs"))

// The others are in cases.ts, for every way in which a job comes.
const cases: [options: unknown, says: RegExp][] = [
  [{ quue: "mail" }, /give one of queue, priority, runAt/],
  [{ queue: null }, /leave it out \(jsonb_strip_nulls does\)/],
  [{ [`${"k".repeat(200)}`.slice(0, 100)]: "v".repeat(1_000_000) }, /v{99} *: give one of/],
  [{ runAt: "infinity" }, /give an ISO 8601 instant/],
  [{ tags: ["a", ["b", "c"]] }, /list of up to 100 strings/],
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
