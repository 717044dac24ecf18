import { Discard } from "@sluice/core"
import { answerTo, resultOf } from "@sluice/core/executor"
import { expect, onTestFinished, test } from "vitest"
import { newEvent } from "./endpoint.ts"

test("an app whose minified bundle has lost its class names still says discard", async () => {
  Object.defineProperty(Discard, "name", { value: "t" })
  onTestFinished(() => void Object.defineProperty(Discard, "name", { value: "Discard" }))
  const job = {
    name: "job",
    perform() {
      throw new Discard("unsubscribed")
    },
  }
  const answer = await answerTo([job], newEvent(), { signal: new AbortController().signal, log: console })
  expect(answer).toMatchObject({ error: { name: "Discard" } })
  expect(() => resultOf(answer, "the app", console)).toThrow(Discard)
})
