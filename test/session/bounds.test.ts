import { createSluice, type DrainOptions, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [job] })

test.each([
  [{ sessionTimeout: "30d" }, 'drain.sessionTimeout is "30d": give 2 to 86400 seconds'],
  [{ sessionTimeout: "0s" }, 'drain.sessionTimeout is "0s": give 2 to 86400 seconds'],
  [{ sessionTimeout: "500ms" }, 'drain.sessionTimeout is "500ms": give 2 to 86400 seconds'],
  [{ silence: "1m" }, 'drain has no option "silence": it is now called sessionTimeout'],
  [{ invite() {} }, 'drain has no option "invite": it is now called scaleOut'],
  [{ grace: "30d" }, 'drain.grace is "30d": give 0 to 86400 seconds'],
  [{ grace: -1 }, "drain.grace is -1"],
  [{ linger: "200y" }, 'drain.linger is "200y"'],
  [{ connect: undefined }, "drain.connect is missing: give a function that opens a connection"],
  [{ remainingMs: 5 }, "drain.remainingMs is 5: give a function that returns milliseconds"],
  [{ remainingMs: () => Number.NaN }, "drain.remainingMs returned NaN: give milliseconds"],
  [{ queues: "heavy" }, 'drain.queues is "heavy": give a list of names'],
  [{ queues: [] }, "drain.queues is empty: give one or more names"],
  [{ except: ["a,b"] }, 'drain.except.0 is "a,b": give 1 to 128 letters'],
  [{ queues: ["a"], except: ["b"] }, "drain.except is given beside queues: give one of them"],
  [{ names: ["jobs"] }, 'drain.names has "jobs", which no definition has: did you mean "job"?'],
] as unknown as [Partial<DrainOptions>, string][])(
  "a drain with %o is refused, with what it may be",
  async (options, words) => {
    await expect(drain(sluice, { connect: database.connect, ...options })).rejects.toMatchObject({
      name: expect.stringMatching(/^(InvalidInput|UnknownJob)Error$/),
      message: expect.stringContaining(words),
    })
  },
)

test.each(["2s", "1d"] as const)("a session timeout of %s drains", async (sessionTimeout) => {
  expect(await drain(sluice, { connect: database.connect, sessionTimeout })).toMatchObject({
    dueWork: false,
  })
})

test.each(["0s", "2d"] as const)("createSluice refuses to wait %s for an answer", (answerWithin) => {
  expect(() => createSluice({ database: database.pool, answerWithin })).toThrow("answerWithin is")
})
