import { defineJob, discardOn, InvalidResultError } from "@sluice/core"
import { expect, expectTypeOf, test } from "vitest"
import * as z from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
/** What perform returns. */
let given: unknown
const settings = { maxAttempts: 1, perform: () => given as never }
const output = z.object({ messageId: z.string() })
const mail = defineJob({ name: "mail", input: z.object({ to: z.string() }), output, ...settings })
const plain = defineJob({ name: "plain", output, ...settings })
const transactional = defineJob({ name: "transactional", transactional: true, output, ...settings })
const parsed = defineJob({
  name: "parsed",
  output: z.string().transform(async (text) => ({ length: text.length })),
  perform: () => "four",
})
const elsewhere = defineJob({
  name: "elsewhere",
  output,
  maxAttempts: 1,
  executor: { perform: async () => given },
})
const ruled = defineJob({
  name: "ruled",
  output,
  ...settings,
  maxAttempts: 5,
  retry: [discardOn(InvalidResultError)],
})
const jobs = [mail, plain, transactional, parsed, elsewhere, ruled]
const { sluice, drainOnce } = drainable(database, jobs)

async function performed(name: string, returned: unknown) {
  given = returned
  const { id } = await sluice.enqueue(name, { to: "ada" })
  await drainOnce()
  return sluice.getJob(id)
}

test.each(jobs.filter((job) => job !== parsed).map(({ name }) => name))(
  "a result of %s that fits the output schema is stored, and one that doesn't is the job's error",
  async (name) => {
    expect(await performed(name, { messageId: "m1" })).toMatchObject({
      state: "succeeded",
      result: { messageId: "m1" },
    })
    expect(await performed(name, { messageId: 1 })).toMatchObject({
      state: "discarded",
      attempts: 1,
      errors: [
        {
          class: "InvalidResultError",
          code: "invalid_result",
          message: expect.stringContaining("result.messageId"),
        },
      ],
    })
    expect(await performed(name, undefined)).toMatchObject({ errors: [{ code: "invalid_result" }] })
  },
)

test("with an output schema, a result that can't be stored fails the job instead of being dropped", async () => {
  const large = { messageId: "x".repeat(300_000) }
  expect(await performed("plain", large)).toMatchObject({
    state: "discarded",
    errors: [{ code: "invalid_result", message: expect.stringContaining("256 KiB") }],
  })
  expect(await performed("transactional", { messageId: "\u0000" })).toMatchObject({
    state: "discarded",
    errors: [{ code: "invalid_result" }],
  })
})

test("the output of the schema is stored, and typed", async () => {
  const handle = await parsed.enqueue({})
  await drainOnce()
  const result = await handle.result()
  expectTypeOf(result).toEqualTypeOf<{ length: number } | null>()
  expect(result).toEqual({ length: 4 })
  expectTypeOf(mail.result).returns.resolves.toEqualTypeOf<{ messageId: string } | null>()
})

test("the compiler refuses a perform whose result doesn't fit, and defineJob an output that is no schema", () => {
  // @ts-expect-error a number is no text
  defineJob({ name: "wrong", output: z.string(), perform: () => 1 })
  // @ts-expect-error the same beside an input
  defineJob({ name: "wrong", input: z.object({}), output: z.string(), perform: () => 1 })
  for (const wrong of [{}, "string", null, 1])
    expect(() =>
      defineJob({ name: "wrong", output: wrong as never, perform: () => undefined as never }),
    ).toThrow(expect.objectContaining({ code: "invalid_option", path: ["wrong", "output"] }))
})
