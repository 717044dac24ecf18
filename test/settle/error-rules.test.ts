import {
  createSluice,
  Discard,
  defineJob,
  discardOn,
  drain,
  type ErrorRule,
  RetryAfter,
  rescueFrom,
  retryOn,
  Snooze,
  TimeoutError,
} from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

class Busy extends Error {
  override readonly name = "Busy"
}
class VeryBusy extends Busy {}
class Gone extends Error {
  override readonly name = "Gone"
}

const database = await createDatabase()
const throwing: unknown[] = []
const seen: string[] = []
const { sluice, drainOnce } = drainable(database, [
  jobWith("ruled", [
    retryOn(Busy, { attempts: 3, wait: "10s", jitter: 0 }),
    discardOn(Gone),
    rescueFrom(RangeError, rescueRange),
    retryOn((error: unknown) => (error as { status?: number }).status === 503, {
      wait: (failures) => failures * 100,
    }),
    retryOn("TimeoutError", { attempts: 2, wait: "linear", name: "timeouts" }),
  ]),
  jobWith("first-match", [discardOn(VeryBusy), retryOn(Busy), discardOn(Error, { name: "all" })]),
  jobWith("unlimited", [retryOn(Busy, { attempts: "unlimited", wait: "1s" })]),
  jobWith("capped", [retryOn(Busy, { attempts: "unlimited" })], { maxAttempts: 2 }),
  jobWith("bad-predicate", [
    discardOn(() => {
      throw new Error("in the rule")
    }),
  ]),
  jobWith("async-predicate", [
    discardOn((() => Promise.reject(new Error("in the rule"))) as never),
    retryOn(Error, { wait: (() => Promise.reject(new Error("in the wait"))) as never }),
  ]),
  jobWith("slow", [retryOn(TimeoutError, { wait: "7s", jitter: 0 })], { timeout: "50ms" }),
])

beforeEach(async () => {
  throwing.length = seen.length = 0
  await database.pool.query("delete from sluice.jobs")
})

test("the first rule that matches an error decides, subclasses count, and each rule counts its own failures", async () => {
  const { id } = await sluice.enqueue("ruled", {})
  const unavailable = Object.assign(new Error("try later"), { status: 503 })
  throwing.push(new Busy(), unavailable, new VeryBusy(), unavailable, new Error("plain"), new Busy())
  const waits = await drainEach(id, 6)
  expect(waits).toEqual([10, 100, 10, 200, 1, undefined])
  expect(await sluice.getJob(id)).toMatchObject({
    state: "discarded",
    attempts: 6,
    errors: ["Busy", "rule 4", "Busy", "rule 4", null, "Busy"].map((rule) => ({ rule })),
  })
})

test("an earlier rule hides a later one, whatever it decides", async () => {
  const [busy, veryBusy, other] = await sluice.enqueueMany([1, 2, 3].map(() => ({ name: "first-match" })))
  throwing.push(new Busy(), new VeryBusy(), new Error("other"))
  expect(await drainOnce({ concurrency: 1 })).toMatchObject({ retried: 1, discarded: 2 })
  expect((await sluice.getJob(busy?.id as string))?.errors[0]).toMatchObject({ rule: "Busy" })
  expect((await sluice.getJob(veryBusy?.id as string))?.errors[0]).toMatchObject({ rule: "VeryBusy" })
  expect((await sluice.getJob(other?.id as string))?.errors[0]).toMatchObject({ rule: "all" })
})

test("without a limit a job is retried as often as it fails, and maxAttempts limits all rules", async () => {
  const { id } = await sluice.enqueue("unlimited", {})
  await database.pool.query(
    `update sluice.jobs set attempts = 32767, rule_failures = '{"Busy": 40000}' where id = $1`,
    [id],
  )
  throwing.push(new Busy())
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 32_767 })
  await database.pool.query("delete from sluice.jobs")

  const capped = await sluice.enqueue("capped", {})
  throwing.push(new Busy(), new Busy())
  await drainEach(capped.id, 2)
  expect(await sluice.getJob(capped.id)).toMatchObject({ state: "discarded", attempts: 2 })
  const once = await sluice.enqueue("unlimited", {}, { maxAttempts: 1 })
  throwing.push(new Busy())
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(once.id)).toMatchObject({ state: "discarded", attempts: 1 })
})

test("a rescued job has succeeded with what the handler returns", async () => {
  const { id } = await sluice.enqueue("ruled", { rescue: "returns" })
  throwing.push(new RangeError("out of range"))
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "succeeded",
    result: { rescued: "out of range" },
    errors: [],
  })
  expect(seen).toEqual([`${id} attempt 1`])
})

test("what a handler throws is the outcome", async () => {
  for (const [rescue, summary] of [
    ["throws", { retried: 1 }],
    ["gone", { discarded: 1 }],
    ["snoozes", { snoozed: 1 }],
    ["discards", { discarded: 1 }],
  ] as const) {
    await sluice.enqueue("ruled", { rescue })
    throwing.push(new RangeError("out of range"))
    expect(await drainOnce(), rescue).toMatchObject(summary)
    await database.pool.query("delete from sluice.jobs")
  }
})

test("a decision of the job's own comes before the rules, and RetryAfter waits as it says under its rule", async () => {
  const [discarded, snoozed, later] = await sluice.enqueueMany([1, 2, 3].map(() => ({ name: "first-match" })))
  throwing.push(new Discard("mine"), new Snooze("5m"), new RetryAfter("5m"))
  expect(await drainOnce({ concurrency: 1 })).toMatchObject({ discarded: 2, snoozed: 1 })
  expect((await sluice.getJob(discarded?.id as string))?.errors[0]).toMatchObject({ rule: null })
  expect(await sluice.getJob(snoozed?.id as string)).toMatchObject({ attempts: 0 })
  expect((await sluice.getJob(later?.id as string))?.errors[0]).toMatchObject({ rule: "all" })
})

test("a timeout is an error like others", async () => {
  const { id } = await sluice.enqueue("slow", {})
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect((await sluice.getJob(id))?.errors[0]).toMatchObject({ rule: "TimeoutError", class: "TimeoutError" })
})

test("a rule whose function throws matches nothing, and the log says so", async () => {
  const lines: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (message: string) => lines.push(message) }
  await sluice.enqueue("bad-predicate", {})
  throwing.push(new Error("plain"))
  expect(await drainOnce({ log })).toMatchObject({ retried: 1 })
  expect(lines).toContain("A function that decides about failures has failed itself")
})

test("an async function decides nothing, and its rejection doesn't end the process", async () => {
  const lines: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (message: string) => lines.push(message) }
  await sluice.enqueue("async-predicate", {})
  throwing.push(new Error("plain"))
  expect(await drainOnce({ log })).toMatchObject({ retried: 1 })
  expect(
    lines.filter((line) => line === "A function that decides about failures has failed itself"),
  ).toHaveLength(2)
})

test("the defaults limit what no rule limits, and no rule that says its own number of attempts", async () => {
  const limited = createSluice({
    database: database.pool,
    jobs: [
      jobWith("by-default", [retryOn(Busy, { attempts: 3, wait: "1h" }), retryOn(Gone, { wait: "1h" })]),
    ],
    defaults: { maxAttempts: 2 },
  })
  const ends = async (error: () => Error) => {
    const { id } = await limited.enqueue("by-default", {})
    while ((await limited.getJob(id))?.finishedAt === null) {
      await database.pool.query("update sluice.jobs set run_at = now()")
      throwing.push(error())
      await drain(limited, { connect: database.connect })
    }
    return (await limited.getJob(id))?.attempts
  }
  expect(await ends(() => new Busy())).toBe(3)
  expect(await ends(() => new Gone())).toBe(2)
  expect(await ends(() => new Error("plain"))).toBe(2)
})

test("a job that has failed as often as its columns can count is discarded, or taken over, all the same", async () => {
  const most = "update sluice.jobs set run_at = now(), attempts = 32767"
  const { id } = await sluice.enqueue("unlimited", {})
  await database.pool.query(`${most}, rule_failures = '{"Busy": 40000}'`)
  throwing.push(new Error("plain"))
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  const [{ wait }] = await database.rows(
    "select extract(epoch from run_at - now())::float8 as wait from sluice.jobs",
  )
  expect(wait).toBeLessThan(2) // the first that no rule counts
  await database.pool.query(most)
  throwing.push(new Discard("enough"))
  expect(await drainOnce()).toMatchObject({ discarded: 1, lost: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", attempts: 32_767 })
})

test.each([
  [
    "the name of what is no rule",
    () => jobWith("a", [discardOn(Gone, { name: "onInvalidPayload" })]),
    /another name/,
  ],
  ["no list", () => jobWith("a", retryOn(Busy) as never), /a\.retry is .*: give a list/],
  ["something else in it", () => jobWith("a", [Busy] as never), /a\.retry is/],
  ["two of one name", () => jobWith("a", [retryOn(Busy), discardOn(Busy)]), /each rule a name of its own/],
  ["no error", () => retryOn([]), /retryOn\.errors/],
  ["an instance", () => discardOn(new Busy() as never), /discardOn\.errors/],
  ["no attempts", () => retryOn(Busy, { attempts: 0 }), /retryOn\.attempts/],
  ["an unknown strategy", () => retryOn(Busy, { wait: "quadratic" as never }), /retryOn\.wait/],
  ["a bad wait", () => retryOn(Busy, { wait: "5 parsecs" as never }), /retryOn\.wait/],
  ["a bad jitter", () => retryOn(Busy, { jitter: 2 }), /retryOn\.jitter/],
  ["an unknown option", () => retryOn(Busy, { attempt: 3 } as never), /did you mean "attempts"/],
  ["no handler", () => rescueFrom(Busy, undefined as never), /rescueFrom\.handler/],
  ["a name that is too long", () => discardOn(Busy, { name: "x".repeat(129) }), /discardOn\.name/],
])("a rule with %s is refused", (_what, make, message) => {
  expect(make).toThrow(message)
})

function jobWith(name: string, retry: readonly ErrorRule[], policies: object = {}) {
  return defineJob({
    name,
    retry,
    ...policies,
    async perform(_payload: { rescue?: string }, { signal }) {
      if (name === "slow") await new Promise((_, reject) => signal.addEventListener("abort", reject))
      throw throwing.shift()
    },
  })
}

/** The payload says what the handler does. */
async function rescueRange(error: RangeError, context: { id: string; attempt: number }): Promise<unknown> {
  seen.push(`${context.id} attempt ${context.attempt}`)
  const payload = (await sluice.getJob(context.id))?.payload as { rescue: string }
  if (payload.rescue === "throws") throw new Busy()
  if (payload.rescue === "gone") throw new Gone()
  if (payload.rescue === "snoozes") throw new Snooze("1m")
  if (payload.rescue === "discards") throw new Discard("rescued in vain")
  return { rescued: error.message }
}

/** Seconds that the job is put off after each drain; undefined once it has finished. */
async function drainEach(id: string, times: number): Promise<(number | undefined)[]> {
  const waits: (number | undefined)[] = []
  for (let time = 0; time < times; time++) {
    await database.pool.query("update sluice.jobs set run_at = now() where id = $1", [id])
    await drainOnce()
    const [row] = await database.rows(
      "select extract(epoch from run_at - now())::float8 as seconds from sluice.jobs where id = $1",
      [id],
    )
    waits.push(row && Math.round(row.seconds))
  }
  return waits
}
