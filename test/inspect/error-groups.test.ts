import { Discard, defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

class MailboxFull extends Error {
  override readonly name = "MailboxFull"
}

function send(to: string): never {
  throw new MailboxFull(`The mailbox of "${to}" is full: 552 after 3 tries`)
}

function charge(order: number): never {
  throw new TypeError(`Order ${order} has no price`)
}

const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "mail", maxAttempts: 1, perform: ({ to }: { to: string }) => send(to) }),
  defineJob({ name: "newsletter", maxAttempts: 3, perform: ({ to }: { to: string }) => send(to) }),
  defineJob({ name: "charge", maxAttempts: 1, perform: ({ order }: { order: number }) => charge(order) }),
  defineJob({
    name: "stubborn",
    async perform(_payload: unknown, { id, signal }) {
      await sluice.cancelJob(id)
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
    },
  }),
  defineJob({
    name: "give-up",
    perform() {
      throw new Discard("It is of no use")
    },
  }),
])

beforeEach(() =>
  database.rows(
    "truncate sluice.jobs, sluice.failures, sluice.finished, sluice.retries, sluice.claims, sluice.payloads",
  ),
)

async function fail(): Promise<void> {
  await sluice.enqueueMany([
    { name: "mail", payload: { to: "ada@example.org" } },
    { name: "mail", payload: { to: "grace@example.org" } },
    { name: "newsletter", payload: { to: "alan@example.org" } },
    { name: "charge", payload: { order: 17 } },
  ])
  await drainOnce()
}

test("failures of one class, place and message are a group, whatever values the message has", async () => {
  await fail()
  const { groups, isWhole } = await sluice.listErrors({ order: "most" })
  expect(isWhole).toBe(true)
  expect(groups).toMatchObject([
    {
      class: "MailboxFull",
      pattern: "The mailbox of ‹text› is full: ‹number› after ‹number› tries",
      place: "send (inspect/error-groups.test.ts)",
      failures: 3,
      discarded: 2,
      isCapped: false,
      names: [
        { name: "mail", failures: 2 },
        { name: "newsletter", failures: 1 },
      ],
    },
    {
      class: "TypeError",
      message: "Order 17 has no price",
      pattern: "Order ‹number› has no price",
      place: "charge (inspect/error-groups.test.ts)",
      failures: 1,
      discarded: 1,
    },
  ])
})

test("a job's own end of itself is a failure, a cancellation is none", async () => {
  await sluice.enqueue("stubborn", {})
  await drainOnce()
  expect(await database.rows("select outcome, fingerprint from sluice.failures")).toEqual([
    { outcome: "canceled", fingerprint: null },
  ])
  const { id } = await sluice.enqueue("charge", { order: 1 }, { delay: "1h" })
  await sluice.cancelJob(id)
  await sluice.enqueue("give-up", {})
  await drainOnce()
  const { groups } = await sluice.listErrors()
  expect(groups.map(({ message }) => message)).toEqual(["It is of no use"])
})

test("only failures of the range count, and those of a name", async () => {
  await fail()
  await database.rows(
    "update sluice.failures set ended_at = now() - interval '3 days' where error_class = 'TypeError'",
  )
  expect((await sluice.listErrors()).groups).toHaveLength(1)
  const since = new Date(Date.now() - 4 * 86_400_000)
  expect((await sluice.listErrors({ since })).groups).toHaveLength(2)
  const until = new Date(Date.now() - 86_400_000)
  expect((await sluice.listErrors({ since, until })).groups).toMatchObject([{ class: "TypeError" }])
  expect((await sluice.listErrors({ name: "newsletter" })).groups).toMatchObject([{ failures: 1 }])
  await database.rows(
    "update sluice.failures set ended_at = now() - interval '2 seconds' where name = 'newsletter'",
  )
  await database.rows(
    `insert into sluice.failures select (jsonb_populate_record(f, '{"job_id": 9}')).* from sluice.failures f where f.name = 'newsletter'`,
  )
  await database.rows("update sluice.failures set ended_at = now() - interval '3 hours' where job_id = 9")
  const anHour = { since: new Date(Date.now() - 3_600_000), name: "newsletter" }
  expect((await sluice.listErrors(anHour)).groups).toMatchObject([{ failures: 1 }])
})

test("a group has its newest stack, and how often it failed in each step of the range", async () => {
  await fail()
  const [group] = (await sluice.listErrors({ order: "most" })).groups
  const error = await sluice.getError(group?.fingerprint as string)
  expect(error?.stack).toContain("at send (")
  expect(error?.trend).toHaveLength(60)
  expect(error?.trend.reduce((sum, failures) => sum + failures)).toBe(3)
  expect(error?.trend.slice(0, 50).every((failures) => failures === 0)).toBe(true)
  expect(await sluice.getError("0123456789abcdef")).toBeUndefined()
})

test("the failures of a group come in pages, each of them once, also those of one instant", async () => {
  await sluice.enqueueMany(
    Array.from({ length: 25 }, (_, n) => ({ name: n % 2 ? "mail" : "newsletter", payload: { to: `${n}` } })),
  )
  await drainOnce()
  const [group] = (await sluice.listErrors()).groups
  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await sluice.listFailures(group?.fingerprint as string, {
      limit: 7,
      ...(after && { after }),
    })
    seen.push(...page.failures.map(({ jobId }) => jobId))
    after = page.next
  } while (after !== undefined)
  expect(new Set(seen).size).toBe(25)
  expect(seen).toHaveLength(25)
})

test("discarded jobs of a group are found for a retry, until they were retried", async () => {
  await fail()
  const [group] = (await sluice.listErrors({ order: "most" })).groups
  const fingerprint = group?.fingerprint as string
  const ids = await sluice.listDiscarded(fingerprint)
  expect(ids).toHaveLength(2)
  expect(await sluice.retryJobs({ ids })).toMatchObject({ changed: 2, refused: [] })
  expect(await sluice.listDiscarded(fingerprint)).toEqual([])
  await drainOnce()
  expect((await sluice.listDiscarded(fingerprint)).toSorted()).toEqual(ids.toSorted())
})

test("the newest discarded jobs of a group are left out if asked", async () => {
  await fail()
  const [group] = (await sluice.listErrors({ order: "most" })).groups
  const fingerprint = group?.fingerprint as string
  const until = new Date()
  const ids = await sluice.listDiscarded(fingerprint, { until })
  expect(await sluice.listDiscarded(fingerprint, { until, skip: 1 })).toEqual(ids.slice(1))
  expect(await sluice.listDiscarded(fingerprint, { until, skip: 2 })).toEqual([])
  await expect(sluice.listDiscarded(fingerprint, { skip: -1 })).rejects.toMatchObject({
    code: "invalid_option",
  })
})

test("a drainer that dies leaves failures of one group", async () => {
  await database.rows(
    `insert into sluice.failures (job_id, attempt, outcome, error_class, error_code, error_message, name, fingerprint)
     values (1, 1, 'interrupted', 'InterruptedError', 'interrupted', 'Drainer 7 died with 3 jobs in flight', 'mail', 'interrupted'),
            (2, 1, 'interrupted', 'InterruptedError', 'interrupted', 'The server was restarted under drainer 8', 'mail', 'interrupted')`,
  )
  expect((await sluice.listErrors()).groups).toMatchObject([
    { fingerprint: "interrupted", failures: 2, place: null },
  ])
})

test("what is no fingerprint, no page and no range is refused", async () => {
  for (const fingerprint of ["", "'; drop table jobs", "ABC", "x".repeat(33)])
    await expect(sluice.getError(fingerprint)).rejects.toMatchObject({ code: "invalid_option" })
  await expect(sluice.listFailures("abc", { after: "yesterday" })).rejects.toMatchObject({
    code: "invalid_option",
  })
  const now = new Date()
  await expect(sluice.listErrors({ since: now, until: now })).rejects.toMatchObject({ path: ["since"] })
})
