import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const perform = () => {}
const elsewhere = { perform: async () => {} }

test.each<[string, Record<string, unknown>, RegExp]>([
  ["an odd name", { name: "wel come", perform }, /1 to 128 letters/],
  ["no name", { perform }, /1 to 128 letters/],
  ["a misspelt option", { name: "a", maxAtempts: 3, perform }, /did you mean "maxAttempts"\?/],
  ["a queue with odd characters", { name: "a", queue: "a b", perform }, /a\.queue.*1 to 128 letters/],
  ["a priority that is no whole number", { name: "a", priority: 0.5, perform }, /a\.priority.*whole number/],
  ["no attempts", { name: "a", maxAttempts: 0, perform }, /a\.maxAttempts.*1 to 1000/],
  ["a timeout that is no duration", { name: "a", timeout: "long", perform }, /a\.timeout.*"5m"/],
  ["a timeout of nothing", { name: "a", timeout: 0, perform }, /a\.timeout.*longer than 0/],
  ["a backoff that is no duration", { name: "a", backoff: { base: "soon" }, perform }, /a\.backoff\.base/],
  ["a misspelt backoff", { name: "a", backoff: { bse: "1s" }, perform }, /did you mean "base"\?/],
  ["a jitter above 1", { name: "a", backoff: { jitter: 1.5 }, perform }, /a\.backoff\.jitter/],
  [
    "a factor below 1",
    { name: "a", backoff: { strategy: "exponential", factor: 0.5 }, perform },
    /a\.backoff\.factor/,
  ],
  ["a factor of another strategy", { name: "a", backoff: { factor: 3 }, perform }, /strategy: "exponential"/],
  ["a strategy that is none", { name: "a", backoff: { strategy: "fast" }, perform }, /a\.backoff\.strategy/],
  [
    "a concurrency limit of 0",
    { name: "a", concurrency: { key: "k", limit: 0 }, perform },
    /a\.concurrency\.limit/,
  ],
  [
    "a second limit of 0",
    { name: "a", concurrency: [{ key: "k" }, { by: "queue", limit: 0 }], perform },
    /a\.concurrency\.1\.limit/,
  ],
  ["no limits", { name: "a", concurrency: [], perform }, /a\.concurrency\.length is 0: give 1 to 8 limits/],
  [
    "a key with two limits",
    { name: "a", concurrency: [{ key: "k" }, { key: "k", limit: 2 }], perform },
    /a\.concurrency\.1\.key is "k": give each key once/,
  ],
  [
    "two limits of a queue",
    { name: "a", concurrency: [{ by: "queue" }, { by: "queue", limit: 2 }], perform },
    /a\.concurrency\.1\.by is "queue": give each key once/,
  ],
  [
    "two limits of a name",
    { name: "a", concurrency: [{ limit: 2 }, { by: "name" }], perform },
    /a\.concurrency\.1\.by is "name": give each key once/,
  ],
  [
    "a list in place of a limit",
    { name: "a", concurrency: [[{ key: "k" }]], perform },
    /a\.concurrency\.0 is a list: give an object/,
  ],
  [
    "a limit with a key and by",
    { name: "a", concurrency: { key: "k", by: "queue" }, perform },
    /a\.concurrency\.by is "queue": give key or by/,
  ],
  ["a misspelt limit", { name: "a", concurrency: { kye: "k" }, perform }, /concurrency has no option "kye"/],
  ["a fair share without a key", { name: "a", fair: { weight: 2 }, perform }, /a\.fair\.key/],
  ["a fair share of nothing", { name: "a", fair: { key: "k", weight: 0 }, perform }, /a\.fair\.weight/],
  ["a fair share that is a number", { name: "a", fair: 5, perform }, /a\.fair is /],
  ["a rate without a period", { name: "a", rate: { limit: 5 }, perform }, /a\.rate is .*per \(a duration/],
  ["a rate of nothing", { name: "a", rate: { limit: 0, per: "1m" }, perform }, /a\.rate\.limit/],
  [
    "a misspelt rate",
    { name: "a", rate: { limit: 5, per: "1m", brst: 2 }, perform },
    /did you mean "burst"\?/,
  ],
  [
    "a rate by a key and by name",
    { name: "a", rate: { key: "k", by: "name", limit: 5, per: "1m" }, perform },
    /a\.rate\.by.*key or by, not both/,
  ],
  [
    "a rate by something else",
    { name: "a", rate: { by: "tag", limit: 5, per: "1m" }, perform },
    /a\.rate\.by.*"name" or "queue"/,
  ],
  ["a delay that is no duration", { name: "a", delay: "later", perform }, /a\.delay.*"5m"/],
  [
    "a unique key for all",
    { name: "a", uniqueKey: "one", perform },
    /a\.uniqueKey.*a function of the payload/,
  ],
  [
    "an idempotency key for all",
    { name: "a", idempotencyKey: "one", perform },
    /a\.idempotencyKey.*a function/,
  ],
  ["a third way for payloads", { name: "a", onInvalidPayload: "retry", perform }, /"discard" or "wait"/],
  ["rules that are no list", { name: "a", retry: {}, perform }, /a\.retry.*a list of retryOn/],
  ["fewer than no interruptions", { name: "a", maxInterruptions: -1, perform }, /a\.maxInterruptions/],
  ["nothing to perform", { name: "a" }, /perform/],
  [
    "an executor that is none",
    { name: "a", executor: "thread" },
    /a\.executor is "thread": give an executor, such as thread\(\)/,
  ],
  ["an executor and a perform", { name: "a", executor: elsewhere, perform }, /either perform or an executor/],
  [
    "a transaction elsewhere",
    { name: "a", executor: elsewhere, transactional: true },
    /transactions run only in the drainer/,
  ],
])("a definition with %s is refused at once", (_what, options, says) => {
  expect(() => defineJob(options as never)).toThrow(
    expect.objectContaining({ name: "InvalidInputError", message: expect.stringMatching(says) }),
  )
})

test("a definition that isn't bound to a Sluice instance refuses to enqueue", () => {
  expect(() => defineJob({ name: "loose", perform }).enqueue({})).toThrow(
    expect.objectContaining({
      code: "unbound_job",
      message: expect.stringContaining("createSluice({ jobs })"),
    }),
  )
})

test("a definition enqueues by itself once createSluice was given it", async () => {
  const bound = defineJob({ name: "bound", perform })
  const sluice = createSluice({ database: database.pool, jobs: [bound] })
  const { id } = await bound.enqueue({ a: 1 }, { queue: "mail" })
  expect(await sluice.getJob(id)).toMatchObject({ name: "bound", payload: { a: 1 }, queue: "mail" })
})

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    "two definitions of one name",
    { jobs: [defineJob({ name: "twin", perform }), defineJob({ name: "twin", perform })] },
    /"twin"/,
  ],
  ["a misspelt option", { schma: "jobs" }, /did you mean "schema"\?/],
  ["an unknown default", { defaults: { uniqueKey: "a" } }, /defaults has no option "uniqueKey"/],
  ["a log that is none", { log: "console" }, /createSluice\.log is "console": give a logger/],
  ["a function among the defaults", { defaults: { queue: () => "mail" } }, /defaults\.queue/],
  ["a wrong default", { defaults: { maxAttempts: -1 } }, /defaults\.maxAttempts/],
])("createSluice with %s is refused", (_what, options, says) => {
  expect(() => createSluice({ database: database.pool, ...options } as never)).toThrow(
    expect.objectContaining({ name: "InvalidInputError", message: expect.stringMatching(says) }),
  )
})
