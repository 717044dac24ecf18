import { createSluice, type DrainOptions, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [job] })

test.each([
  [{ silence: "30d" }, 'drain.silence is "30d": give 2 to 86400 seconds'],
  [{ silence: "0s" }, 'drain.silence is "0s": give 2 to 86400 seconds'],
  [{ silence: "500ms" }, 'drain.silence is "500ms": give 2 to 86400 seconds'],
  [{ grace: "30d" }, 'drain.grace is "30d": give 0 to 86400 seconds'],
  [{ grace: -1 }, "drain.grace is -1"],
  [{ linger: "200y" }, 'drain.linger is "200y"'],
  [{ connect: undefined }, "drain.connect is undefined: give a function that opens a connection"],
  [{ remainingMs: 5 }, "drain.remainingMs is 5: give a function that returns milliseconds"],
  [{ remainingMs: () => Number.NaN }, "drain.remainingMs returned NaN: give milliseconds"],
] as unknown as [Partial<DrainOptions>, string][])(
  "a drain with %o is refused with the allowed range",
  async (options, words) => {
    await expect(drain(sluice, { connect: database.connect, ...options })).rejects.toMatchObject({
      name: "InvalidInputError",
      message: expect.stringContaining(words),
    })
  },
)

test.each(["2s", "1d"])("a silence of %s drains", async (silence) => {
  expect(await drain(sluice, { connect: database.connect, silence })).toMatchObject({ dueWork: false })
})

test.each(["0s", "2d"])("createSluice refuses to wait %s for an answer", (answerWithin) => {
  expect(() => createSluice({ database: database.pool, answerWithin })).toThrow("answerWithin is")
})
