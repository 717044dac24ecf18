import { Discard, Snooze } from "@sluice/core"
import { answerTo, resultOf } from "@sluice/core/executor"
import { expect, test } from "vitest"
import { z } from "zod"
import { newEvent } from "./endpoint.ts"

// The drainer and the place where its jobs run are deployed one after the other, and must understand each other meanwhile.

const job = { name: "resize", input: z.object({ width: z.number() }), perform: () => {} }
const log = { ...console, warn() {} }

const cases = [
  ["doesn't know the job", { name: "crop", payload: {} }, "NotHereError", Snooze],
  ["finds the payload invalid", { name: "resize", payload: { width: "wide" } }, "UnfitPayload", Discard],
] as const

test.each(cases)(
  "a handler that %s says so with a name of every version",
  async (_case, event, name, effect) => {
    const answer = await answerTo([job], { ...newEvent(), ...event }, { signal: AbortSignal.any([]), log })
    expect(answer).toMatchObject({ error: { name } })
    expect(() => resultOf(answer, "the app", log)).toThrow(effect)
  },
)

test.each(cases)("an answer of another version that %s has its effect", (_case, _event, name, effect) => {
  expect(() => resultOf({ error: { name, message: "no" } }, "the app", log)).toThrow(effect)
})
