import { setTimeout as wait } from "node:timers/promises"
import { createSluice, Discard, defineJob, drain, type Hooks, type PerformedJob, Snooze } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const calls: string[] = []
const lines: [string, unknown][] = []
let perform: () => unknown = () => {}
const outer: { -readonly [Name in keyof Hooks]: Hooks[Name] } = {}
const inner: { -readonly [Name in keyof Hooks]: Hooks[Name] } = {}
const hooked = defineJob({
  name: "hooked",
  maxAttempts: 2,
  backoff: "1h",
  timeout: "2s",
  hooks: passOn(inner),
  perform: () => perform(),
})
const transactional = defineJob({
  name: "transactional",
  transactional: true,
  hooks: passOn(inner),
  async perform(_payload, { transaction }) {
    await transaction.query("insert into written values (1)")
    return perform()
  },
})
const sluice = createSluice({
  database: database.pool,
  jobs: [hooked, transactional, defineJob({ name: "bare", perform() {} })],
  hooks: passOn(outer),
})
const log = {
  debug() {},
  info() {},
  warn() {},
  error: (message: string, details?: unknown) => void lines.push([message, details]),
}
const drainOnce = (options = {}) => drain(sluice, { connect: database.connect, log, ...options })

beforeEach(async () => {
  calls.length = lines.length = 0
  for (const hooks of [outer, inner]) for (const name of Object.keys(hooks)) delete hooks[name as keyof Hooks]
  perform = () => void calls.push("perform")
  await database.pool.query(
    "delete from sluice.jobs; create table if not exists written (n integer); delete from written",
  )
})

test("around a job the Sluice's hooks are outside those of its definition, and are told the job", async () => {
  const told: PerformedJob[] = []
  const around = (level: string) => async (job: PerformedJob, next: () => Promise<void>) => {
    told.push(job)
    calls.push(`${level} begins`)
    await next()
    calls.push(`${level} ends`)
  }
  outer.aroundPerform = around("outer")
  inner.aroundPerform = around("inner")
  outer.afterPerform = (job) => void calls.push(`outer after ${job.id}`)
  inner.afterPerform = (job) => void calls.push(`inner after ${job.id}`)
  const { id } = await hooked.enqueue({ a: 1 }, { tags: ["t"], metadata: { m: 1 }, queue: "q" })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(calls).toEqual([
    "outer begins",
    "inner begins",
    "perform",
    "inner ends",
    "outer ends",
    `inner after ${id}`,
    `outer after ${id}`,
  ])
  const job = {
    id,
    name: "hooked",
    queue: "q",
    payload: { a: 1 },
    attempt: 1,
    tags: ["t"],
    metadata: { m: 1 },
  }
  expect(told).toEqual([0, 1].map(() => ({ ...job, enqueuedAt: expect.any(Date) })))
})

test("what follows a failure is told to the definition first: onError, then onRetry or onDiscard", async () => {
  const boom = new Error("boom")
  perform = () => {
    throw boom
  }
  for (const [level, hooks] of Object.entries({ outer, inner })) {
    hooks.onError = (job, error) => void calls.push(`${level} error ${job.attempt} ${error === boom}`)
    hooks.onRetry = (job, error, { waitMs }) =>
      void calls.push(`${level} retry ${job.attempt} ${error === boom} ${waitMs > 0}`)
    hooks.onDiscard = (job, error) => void calls.push(`${level} discard ${job.attempt} ${error === boom}`)
  }
  await hooked.enqueue({})
  await drainOnce()
  expect(calls.splice(0)).toEqual([
    "inner error 1 true",
    "outer error 1 true",
    "inner retry 1 true true",
    "outer retry 1 true true",
  ])
  await database.pool.query("update sluice.jobs set run_at = now()")
  await drainOnce()
  expect(calls).toEqual([
    "inner error 2 true",
    "outer error 2 true",
    "inner discard 2 true",
    "outer discard 2 true",
  ])
})

test("the outcome is committed before its hooks are called", async () => {
  const seen: (string | undefined)[] = []
  outer.onDiscard = async ({ id }) => void seen.push((await sluice.getJob(id))?.state)
  outer.onRetry = async ({ id }) => void seen.push((await sluice.getJob(id))?.state)
  outer.afterPerform = async ({ id }) => void seen.push((await sluice.getJob(id))?.state)
  perform = () => {
    throw new Error("again")
  }
  await hooked.enqueue({})
  await drainOnce()
  perform = () => {
    throw new Discard("no")
  }
  await hooked.enqueue({})
  await drainOnce()
  perform = () => {}
  await hooked.enqueue({})
  await drainOnce()
  expect(seen).toEqual(["scheduled", "discarded", "succeeded"])
})

test("onDiscard is told of jobs that were never performed: too many interruptions, and an invalid payload", async () => {
  const discarded: unknown[] = []
  outer.onDiscard = (_job, error) => void discarded.push((error as { code: string }).code)
  const strict = defineJob({
    name: "strict",
    input: { "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "no" }] }) } },
    perform() {},
  })
  const sluice = createSluice({ database: database.pool, jobs: [hooked, strict], hooks: passOn(outer) })
  await database.pool.query("select sluice.enqueue('strict')")
  await hooked.enqueue({})
  await database.pool.query("update sluice.jobs set interruptions = 3 where name = 'hooked'")
  expect(await drain(sluice, { connect: database.connect })).toMatchObject({ discarded: 2 })
  expect(discarded.sort()).toEqual(["interrupted", "invalid_payload"])
  createSluice({ database: database.pool, jobs: [hooked], hooks: passOn(outer) }) // binds it again
})

test.each(["onError", "onRetry", "onDiscard", "afterPerform"] as const)(
  "an %s that throws is logged, the other hooks are called, and the outcome stands",
  async (name) => {
    for (const throws of [() => fail(), () => Promise.reject(new Error("in the hook"))]) {
      calls.length = lines.length = 0
      if (name !== "afterPerform")
        perform = () => {
          throw name === "onDiscard" ? new Discard("no") : new Error("boom")
        }
      inner[name] = throws
      outer[name] = () => void calls.push("outer")
      await database.pool.query("delete from sluice.jobs")
      await hooked.enqueue({})
      const outcome = {
        onError: "retried",
        onRetry: "retried",
        onDiscard: "discarded",
        afterPerform: "succeeded",
      }
      expect(await drainOnce()).toMatchObject({ [outcome[name]]: 1 })
      expect(lines).toEqual([[`The hook ${name} failed`, { error: "in the hook" }]])
      expect(calls).toContain("outer")
    }
  },
)

test("a hook that throws before it calls next decides, as if perform had thrown that", async () => {
  for (const [error, outcome] of [
    [new Error("before"), "retried"],
    [new Discard("before"), "discarded"],
    [new Snooze("1h", "before"), "snoozed"],
  ] as const) {
    outer.aroundPerform = () => {
      throw error
    }
    await database.pool.query("delete from sluice.jobs")
    const { id } = await hooked.enqueue({})
    expect(await drainOnce()).toMatchObject({ [outcome]: 1 })
    const errors = outcome === "snoozed" ? [] : [{ message: "before" }]
    expect(await sluice.getJob(id)).toMatchObject({ errors })
  }
  expect(calls).toEqual([])
})

test("an inner hook's error before next reaches the outer one, which can't hide it", async () => {
  outer.aroundPerform = (_job, next) => next().catch((error) => void calls.push(error.message))
  inner.aroundPerform = fail
  const { id } = await hooked.enqueue({})
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect(calls).toEqual(["in the hook"])
  expect((await sluice.getJob(id))?.errors[0]).toMatchObject({ message: "in the hook" })
})

test("an outer hook that forgets to await next waits for an inner one that has not begun yet", async () => {
  outer.aroundPerform = (_job, next) => void next()
  inner.aroundPerform = async (_job, next) => {
    await wait(20)
    await next()
  }
  await hooked.enqueue({})
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(calls).toEqual(["perform"])
})

test("a hook that doesn't call next fails the execution", async () => {
  outer.aroundPerform = () => {}
  const { id } = await hooked.enqueue({})
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect(calls).toEqual([])
  expect((await sluice.getJob(id))?.errors[0]).toMatchObject({
    code: "next_not_called",
    message: "The hook aroundPerform has not called next",
  })
})

test("once the job is performed no hook around it changes its outcome", async () => {
  const afterwards: Record<string, Hooks["aroundPerform"]> = {
    throws: (_job, next) => next().then(fail),
    "throws at once": (_job, next) => {
      void next()
      fail()
    },
    "hides the error": (_job, next) => next().catch(() => {}),
    "forgets to await": (_job, next) => void next(),
    "awaits it late": (_job, next) => {
      const done = next()
      return wait(50).then(() => done)
    },
    "calls next twice": (_job, next) => next().then(next),
  }
  for (const [what, around] of Object.entries(afterwards)) {
    for (const levels of [[outer], [inner], [outer, inner]]) {
      for (const hooks of [outer, inner]) delete hooks.aroundPerform
      for (const hooks of levels) hooks.aroundPerform = around as never
      await database.pool.query("delete from sluice.jobs")
      calls.length = 0
      perform = () => void calls.push("perform")
      await hooked.enqueue({})
      expect(await drainOnce(), what).toMatchObject({ succeeded: 1 })
      expect(calls, what).toEqual(["perform"])

      perform = async () => {
        calls.push("perform")
        await wait(5)
        throw new Error("boom")
      }
      const { id } = await hooked.enqueue({})
      expect(await drainOnce(), what).toMatchObject({ retried: 1 })
      expect((await sluice.getJob(id))?.errors, what).toMatchObject([{ message: "boom" }])
      expect(calls, what).toEqual(["perform", "perform"])
    }
  }
  expect(lines.every(([message]) => message === "The hook aroundPerform failed")).toBe(true)
  expect(lines.length).toBeGreaterThan(0)
})

test("a hook that hangs before it calls next is ended by the job's timeout, and begins nothing later", async () => {
  let begin = async () => {}
  outer.aroundPerform = (_job, next) => {
    begin = next
    return new Promise(() => {})
  }
  const { id } = await hooked.enqueue({}, { timeout: "100ms" })
  expect(await drainOnce()).toMatchObject({ retried: 1, stuck: 0 })
  expect((await sluice.getJob(id))?.errors).toMatchObject([{ class: "TimeoutError" }])
  await expect(begin()).rejects.toThrow("took longer than its timeout")
  expect(calls).toEqual([])
})

test("a hook that hangs afterwards is left alone once the timeout comes, and the job has succeeded", async () => {
  outer.aroundPerform = (_job, next) => next().then(() => new Promise(() => {}))
  await hooked.enqueue({}, { timeout: "200ms" })
  expect(await drainOnce()).toMatchObject({ succeeded: 1, stuck: 0 })
  expect(lines).toHaveLength(1)
})

test("a hook that hangs after an outcome keeps neither other jobs nor, for long, the drain", async () => {
  outer.afterPerform = ({ payload }) =>
    (payload as { hangs?: true }).hangs ? new Promise(() => {}) : calls.push("after")
  await sluice.enqueueMany([{ name: "hooked", payload: { hangs: true } }, { name: "bare" }])
  const began = performance.now()
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  expect(performance.now() - began).toBeLessThan(15_000)
  expect(calls).toEqual(["perform", "after"])
  expect(lines).toEqual([["The hook afterPerform failed", { error: "A hook took longer than 5000 ms" }]])
})

test("hooks are awaited before the drain ends", async () => {
  outer.afterPerform = async () => {
    await wait(300)
    calls.push("after")
  }
  await sluice.enqueue("bare", {})
  await drainOnce()
  expect(calls).toEqual(["after"])
})

test("a drain that has to end doesn't wait for them longer than it has time", async () => {
  outer.afterPerform = () => new Promise(() => {})
  await sluice.enqueue("bare", {})
  const endsAtMs = performance.now() + 2_000
  expect(await drainOnce({ remainingMs: () => endsAtMs - performance.now() })).toMatchObject({ succeeded: 1 })
  expect(performance.now()).toBeLessThan(endsAtMs)
  expect(lines).toEqual([["Hooks were still running when the drain ended", { hooks: 1 }]])
})

test("a job that is canceled while it runs calls no hook after it, because nothing has failed", async () => {
  for (const name of ["afterPerform", "onError", "onRetry", "onDiscard"] as const)
    outer[name] = () => void calls.push(name)
  const { id } = await sluice.enqueue(hooked, {}, { timeout: "1m" })
  perform = async () => {
    await sluice.cancelJob(id)
    await wait(2_000) // until the drainer has heard of it
    throw new Error("too late")
  }
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled" })
  expect(calls).toEqual([])
})

test("more jobs are claimed only as hooks end, once a thousand are under way", async () => {
  let underWay = 0
  let most = 0
  outer.afterPerform = async () => {
    most = Math.max(most, ++underWay)
    await wait(2_000)
    underWay--
  }
  await sluice.enqueueMany(Array.from({ length: 6_000 }, () => ({ name: "bare" })))
  expect(await drainOnce({ concurrency: 500 })).toMatchObject({ succeeded: 6_000 })
  expect(underWay).toBe(0)
  expect(most).toBeLessThan(2_900) // those under way, and all that a drainer holds
})

test("around a transactional job, next resolves once its transaction is committed, and an error then changes nothing", async () => {
  outer.aroundPerform = async (_job, next) => {
    calls.push(`before ${await written()}`)
    await next()
    calls.push(`after ${await written()}`)
    fail()
  }
  await transactional.enqueue({})
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(calls).toEqual(["before 0", "perform", "after 1"])
  expect(lines).toEqual([["The hook aroundPerform failed", { error: "in the hook" }]])
})

async function written(): Promise<number> {
  const [row] = await database.rows("select count(*)::integer as n from written")
  return row.n
}

function fail(): never {
  throw new Error("in the hook")
}

/** Hooks that call those that the test has set. */
function passOn(set: Partial<Hooks>): Hooks {
  return {
    // biome-ignore lint/suspicious/noExplicitAny: whichever the test has set
    aroundPerform: (job: any, next: any) => (set.aroundPerform ?? ((_job, next) => next()))(job, next),
    afterPerform: (job) => set.afterPerform?.(job),
    onError: (job, error) => set.onError?.(job, error),
    onRetry: (job, error, retry) => set.onRetry?.(job, error, retry),
    onDiscard: (job, error) => set.onDiscard?.(job, error),
  }
}
