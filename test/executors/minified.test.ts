import { Discard } from "@sluice/core"
import { answerTo, resultOf } from "@sluice/core/executor"
import { expect, onTestFinished, test } from "vitest"

test("an app whose minified bundle has lost its class names still says discard", async () => {
  Object.defineProperty(Discard, "name", { value: "t" })
  onTestFinished(() => void Object.defineProperty(Discard, "name", { value: "Discard" }))
  const job = {
    name: "job",
    perform() {
      throw new Discard("unsubscribed")
    },
  }
  const now = new Date().toISOString()
  const event = {
    id: "1",
    name: "job",
    queue: "default",
    attempt: 1,
    maxAttempts: 1,
    tags: [],
    metadata: {},
    payload: {},
    remainingMs: 1_000,
    deadlineAt: now,
    enqueuedAt: now,
  }
  const answer = await answerTo([job], event, { signal: new AbortController().signal, log: console })
  expect(answer).toMatchObject({ error: { name: "Discard" } })
  expect(() => resultOf(answer, "the app", console)).toThrow(Discard)
})
