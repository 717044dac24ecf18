import { setTimeout as wait } from "node:timers/promises"
import { defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const settings = { maxAttempts: 1, timeout: "10m" } as const
/** Ends at the abort only, as a remote end that never answers. */
const hang = ({ signal }: JobContext) => wait(60_000, undefined, { signal })
const jobs = [
  defineJob({
    name: "step",
    ...settings,
    perform: (_, context) => context.step("remote", () => hang(context), { timeout: "100ms" }),
  }),
  defineJob({
    name: "batch",
    ...settings,
    async perform(_, context) {
      const advance = async (at: number) => (at < 2 ? at + 1 : void (await hang(context)))
      await context.cursor("rows", 0, advance, { timeout: "300ms" })
    },
  }),
  defineJob({
    name: "transactional-step",
    ...settings,
    perform: (_, { step }) =>
      step("slow statement", (transaction) => transaction.query("select pg_sleep(60)"), {
        transactional: true,
        timeout: "200ms",
      }),
  }),
  defineJob({
    name: "slow-statement",
    maxAttempts: 1,
    timeout: "200ms",
    perform: (_, { step }) =>
      step("its own", (transaction) => transaction.query("select pg_sleep(60)"), { transactional: true }),
  }),
  defineJob({
    name: "job",
    maxAttempts: 1,
    timeout: "100ms",
    perform: (_, context) => context.step("remote", () => hang(context)),
  }),
  defineJob({
    name: "beside",
    ...settings,
    perform: (_, context) =>
      Promise.all([
        context.step("long", () => hang(context), { timeout: "5m" }),
        context.step("short", () => hang(context), { timeout: "100ms" }),
      ]),
  }),
  defineJob({
    name: "after",
    maxAttempts: 1,
    timeout: "100ms",
    async perform(_, context) {
      await context.step("long", () => wait(300), { timeout: "1m" }) // longer than the job's
      await hang(context)
    },
  }),
  defineJob({
    name: "caught",
    maxAttempts: 1,
    timeout: "200ms",
    async perform(_, context) {
      const fail = () => Promise.reject(new Error("failed"))
      for (let nth = 0; ; nth++) {
        await context.step(`try ${nth}`, fail, { timeout: "1m" }).catch(() => {})
        await wait(20, undefined, { signal: context.signal })
      }
    },
  }),
]
const { sluice, drainOnce } = drainable(database, jobs)
afterEach(() => void database.pool.query("delete from sluice.finished"))

test.each([
  ["step", '"remote" of the job "step" took longer than its timeout of 100 ms'],
  ["batch", '"rows" of the job "batch" took longer than its timeout of 300 ms'],
  [
    "transactional-step",
    '"slow statement" of the job "transactional-step" took longer than its timeout of 200 ms',
  ],
  ["slow-statement", 'The job "slow-statement" took longer than its timeout of 200 ms'],
  ["job", 'The job "job" took longer than its timeout of 100 ms'],
  ["beside", '"short" of the job "beside" took longer than its timeout of 100 ms'],
  ["after", 'The job "after" took longer than its timeout of 100 ms'],
  ["caught", 'The job "caught" took longer than its timeout of 200 ms'],
])("what hangs in the job %j is ended by its timeout, and the attempt has failed", async (name, message) => {
  const { id } = await sluice.enqueue(name, {})
  expect(await drainOnce()).toMatchObject({ discarded: 1, stuck: 0 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "discarded",
    errors: [{ class: "TimeoutError", message }],
  })
})

test("a step is done within its own timeout, though that is longer than the job's, and is not done again", async () => {
  let times = 0
  const long = defineJob({
    name: "long",
    timeout: "100ms",
    async perform(_, { step }) {
      await step("a while", () => wait(400).then(() => times++), { timeout: "1m" })
      return step("quick", () => times)
    },
  })
  const { sluice, drainOnce } = drainable(database, [long])
  const { id } = await sluice.enqueue("long", {})
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ result: 1 })
})

test.each([0, -1, "soon", "25d", null])("a step's timeout of %j is refused", async (timeout) => {
  const wrong = defineJob({
    name: "wrong",
    maxAttempts: 1,
    perform: (_, { step }) => step("one", () => 1, { timeout: timeout as never }),
  })
  const { sluice, drainOnce } = drainable(database, [wrong])
  const { id } = await sluice.enqueue("wrong", {})
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({
    state: "discarded",
    errors: [{ code: "invalid_duration", message: expect.stringContaining("timeout") }],
  })
})
