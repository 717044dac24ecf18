import { expect, test } from "vitest"
import { createSluice, type InvalidInputError } from "../../packages/core/src/index.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

const cyclic: Record<string, unknown> = { name: "ring" }
cyclic.self = cyclic

test.each<[what: string, payload: unknown, says: RegExp]>([
  ["null", null, /not null/],
  ["a function", () => {}, /give an object/],
  ["a value whose toJSON gives nothing", { toJSON() {} }, /give an object/],
  ["a BigInt", { amount: 5n }, /BigInt/],
  ["a ring", cyclic, /circular/],
  ["NUL in a text", { a: [{ b: "x\0y" }] }, /NUL/],
  ["NUL in a key", { "x\0y": 1 }, /NUL/],
  ["NUL behind a backslash", "\\\0", /NUL/],
  ["NUL behind another control character", "\u0001\0", /NUL/],
  ["half of a surrogate pair, the high one", { a: "\ud83d" }, /surrogates/],
  ["half of a surrogate pair, the low one", { a: "x\udeb0" }, /surrogates/],
  ["a surrogate pair the wrong way round", "\udeb0\ud83d", /surrogates/],
])(
  "a payload that is or has %s is refused, alone and in a batch, and nothing is stored",
  async (_what, payload, says) => {
    await expect(sluice.enqueue("odd", payload)).rejects.toMatchObject({
      ...{ name: "InvalidInputError", code: "invalid_payload", path: ["payload"], index: undefined },
      message: expect.stringMatching(says),
    })
    const error: InvalidInputError = await sluice
      .enqueueMany([{ name: "good" }, { name: "good" }, { name: "odd", payload }])
      .then(
        () => expect.unreachable(),
        (error) => error,
      )
    expect(error).toMatchObject({ code: "invalid_payload", path: ["payload"], index: 2 })
    expect(error.message).toMatch(/^jobs\[2\]: /)
    expect(error.message).toMatch(says)
    expect(await database.rows("select * from sluice.jobs")).toEqual([])
  },
)

test.each<[what: string, payload: unknown]>([
  ["the text \\u0000, spelled out", { a: "\\u0000" }],
  ["the text \\ud83d, spelled out", { a: "\\ud83d" }],
  ["control characters", { a: "\u0001\u001f\u007f\u2028" }],
  ["characters beyond 16 bits", { "🚰": "𝄞" }],
  ["numbers at the edges", [0, -0.5, 1e308, 5e-324, Number.MAX_SAFE_INTEGER]],
  ["nulls inside", { a: null, b: [null] }],
  ["a list", [1, "two", { three: 3 }]],
  ["a text", "text"],
  ["false", false],
  ["zero", 0],
])("a payload that is or has %s comes back as it was given", async (_what, payload) => {
  const { id } = await sluice.enqueue("fine", payload)
  expect((await sluice.getJob(id))?.payload).toEqual(payload)
  await database.pool.query("delete from sluice.jobs")
})

test("no payload is an empty object", async () => {
  const [stored] = await sluice.enqueueMany([{ name: "empty" }])
  expect((await sluice.getJob(stored?.id ?? ""))?.payload).toEqual({})
})
