import { createSluice, type InvalidInputError } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

const cyclic: Record<string, unknown> = { name: "ring" }
cyclic.self = cyclic

const shared = { a: 1 }
const throwing = {
  get broken() {
    throw new Error("out of order")
  },
}

test.each<[what: string, payload: unknown, says: RegExp, ...path: (string | number)[]]>([
  ["null", null, /not null/],
  ["a function", () => {}, /give an object/],
  ["a value whose toJSON gives nothing", { toJSON() {} }, /give an object/],
  ["a getter that throws", throwing, /out of order/],
  ["a BigInt", { amount: 5n }, /BigInt/, "amount"],
  ["a ring", cyclic, /circular/, "self"],
  ["NaN", { list: [1, Number.NaN] }, /list\.1 is NaN: give a finite number/, "list", 1],
  ["Infinity", { a: { b: Number.POSITIVE_INFINITY } }, /Infinity/, "a", "b"],
  ["undefined in a list", ["a", undefined], /undefined/, 1],
  ["a hole in a list", new Array(1), /undefined/, 0],
  ["a function in an object", { a: () => {} }, /give an object/, "a"],
  ["a symbol", { a: [Symbol("s")] }, /Symbol/, "a", 0],
  ["a Map", { a: new Map([["k", 1]]) }, /a is a "Map": give a plain object/, "a"],
  ["a Set", { a: [new Set([1])] }, /"Set"/, "a", 0],
  ["a RegExp", { a: /x/ }, /"RegExp"/, "a"],
  ["a typed array", { a: new Uint8Array(2) }, /"Uint8Array"/, "a"],
  ["an Error", { a: new TypeError("x") }, /"TypeError"/, "a"],
  ["an instance of a class", { at: new (class Place {})() }, /"Place"/, "at"],
  ["an invalid date", { at: new Date(Number.NaN) }, /Invalid Date/, "at"],
  ["NUL in a text", { a: [{ b: "x\0y" }] }, /NUL/, "a", 0, "b"],
  ["NUL in a key", { "x\0y": 1 }, /NUL/, "x\0y"],
  ["NUL behind a backslash", "\\\0", /NUL/],
  ["NUL behind another control character", "\u0001\0", /NUL/],
  ["half of a surrogate pair, the high one", { a: "\ud83d" }, /surrogates/, "a"],
  ["half of a surrogate pair, the low one", { a: "x\udeb0" }, /surrogates/, "a"],
  ["a surrogate pair the wrong way round", "\udeb0\ud83d", /surrogates/],
])(
  "a payload that is or has %s is refused with the path, alone and in a batch, and nothing is stored",
  async (_what, payload, says, ...path) => {
    await expect(sluice.enqueue("odd", payload)).rejects.toMatchObject({
      name: "InvalidInputError",
      code: "invalid_payload",
      path: ["payload", ...path],
      index: undefined,
      message: expect.stringMatching(says),
    })
    const error: InvalidInputError = await sluice
      .enqueueMany([{ name: "good" }, { name: "good" }, { name: "odd", payload }])
      .then(
        () => expect.unreachable(),
        (error) => error,
      )
    expect(error).toMatchObject({ code: "invalid_payload", path: ["payload", ...path], index: 2 })
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
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
  ["the same object twice", [shared, { shared }]],
])("a payload that is or has %s comes back as it was given", async (_what, payload) => {
  const { id } = await sluice.enqueue("fine", payload)
  expect((await sluice.getJob(id))?.payload).toEqual(payload)
  await database.pool.query("delete from sluice.jobs")
})

test("no payload is an empty object", async () => {
  const [stored] = await sluice.enqueueMany([{ name: "empty" }])
  expect((await sluice.getJob(stored?.id ?? ""))?.payload).toEqual({})
})
