import { createSluice, defineJob, type JobHandle } from "@sluice/core"
import { expect, expectTypeOf, test } from "vitest"
import * as z from "zod"
import { createDatabase } from "../support/database.ts"

const welcome = defineJob({
  name: "welcome",
  input: z.object({ to: z.string(), copies: z.number().default(1) }),
  perform({ to, copies }) {
    expectTypeOf(to).toEqualTypeOf<string>()
    expectTypeOf(copies).toEqualTypeOf<number>() // parsed: the default is filled in
  },
})
const database = await createDatabase()
/** As in a web bundle: of the definition only its type is imported. */
const sluice = createSluice({ database: database.pool })

test("a job is enqueued by its name, with only the type of its definition", async () => {
  const result = await sluice.enqueue<typeof welcome>("welcome", { to: "ada" }, { queue: "mail" })
  expectTypeOf(result).toExtend<JobHandle>()
  expect(await sluice.getJob(result.id)).toMatchObject({
    name: "welcome",
    payload: { to: "ada" },
    queue: "mail",
  })
})

test("the compiler refuses what the definition's input would", () => {
  const neverCalled = () => {
    sluice.enqueue<typeof welcome>("welcome", { to: "ada", copies: 2 })
    // @ts-expect-error: to is a text
    sluice.enqueue<typeof welcome>("welcome", { to: 5 })
    // @ts-expect-error: to is missing
    sluice.enqueue<typeof welcome>("welcome", {})
    // @ts-expect-error: unknown field
    sluice.enqueue<typeof welcome>("welcome", { to: "ada", from: "grace" })
    // @ts-expect-error: unknown option
    sluice.enqueue<typeof welcome>("welcome", { to: "ada" }, { quue: "mail" })
    sluice.enqueue(welcome, { to: "ada" })
    // @ts-expect-error: to is a text, also where the definition itself is given
    sluice.enqueue(welcome, { to: 5 })
    welcome.enqueue({ to: "ada" })
    // @ts-expect-error: to is a text, also on the definition
    welcome.enqueue({ to: 5 })
  }
  expectTypeOf(neverCalled).toBeFunction()
})
