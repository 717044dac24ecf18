import fc from "fast-check"
import { afterAll, expect, test } from "vitest"
import { CATCH_UPS, OVERLAPS, SCHEDULES } from "./random-schedules.ts"
import { TOKENS } from "./random-waits.ts"
import { POLICIES } from "./random-workflows.ts"
import {
  type Action,
  createRandomWorld,
  KEYS,
  KINDS,
  type Kind,
  OUTCOMES,
  PAUSE_KINDS,
  SESSIONS,
} from "./random-world.ts"

/** More of it: `SLUICE_MODEL_RUNS=1000 npx vitest run test/model/random.long.test.ts`. */
const RUNS = Number(process.env.SLUICE_MODEL_RUNS ?? 12)

/** Of a failure, the shortest list is told that was found by then. */
const MOST_MS = 500_000

const world = await createRandomWorld()
afterAll(() => world.end())

/** Of few kinds of jobs in each list, so that they meet others of their kind. */
const kinds = fc.subarray([...KINDS], { minLength: 1, maxLength: 3 })
const session = fc.nat({ max: SESSIONS - 1 })
const job = {
  kind: fc.nat({ max: KINDS.length - 1 }),
  key: fc.nat({ max: KEYS - 1 }),
  limit: fc.integer({ min: 1, max: 3 }),
  urgent: fc.boolean(),
}
const batch = fc.nat({ max: 5 })
const schedule = fc.nat({ max: SCHEDULES - 1 })
const token = fc.nat({ max: TOKENS - 1 })

const look = { weight: 4, arbitrary: fc.constant({ do: "look" as const }) }
const passTime = { weight: 3, arbitrary: fc.constant({ do: "passTime" as const }) }

/** What each verb adds. */
const ofBatches = [
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("enqueueBatch" as const),
      jobs: fc.array(fc.record(job), { minLength: 1, maxLength: 4 }),
      parent: fc.option(batch),
      isFull: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("addToBatch" as const), batch, job: fc.record(job) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("retryBatch" as const), batch, callbacks: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancelBatch" as const), batch }) },
]
const ofSchedules = [
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("setSchedule" as const),
      schedule,
      catchUp: fc.constantFrom(...CATCH_UPS),
      overlap: fc.constantFrom(...OVERLAPS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "pauseSchedule" as const,
        "resumeSchedule" as const,
        "runSchedule" as const,
        "deleteSchedule" as const,
      ),
      schedule,
    }),
  },
  look,
]
const ofWaits = [
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("await" as const),
      session,
      token,
      timeout: fc.constantFrom("short" as const, "long" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("openWait" as const), session, token }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("complete" as const),
      token,
      value: fc.nat({ max: 9 }),
      early: fc.boolean(),
    }),
  },
]
const after = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 })
const policy = fc.constantFrom(...POLICIES)
const ofWorkflows = [
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("enqueueWorkflow" as const),
      steps: fc.array(fc.record({ job: fc.record(job), after, policy }), { minLength: 2, maxLength: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("enqueueAfter" as const), job: fc.record(job), after, policy }),
  },
]
const ofAll = [
  { weight: 12, arbitrary: fc.record({ do: fc.constant("enqueue" as const), ...job }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("enqueueMany" as const), count: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("claim" as const), session }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      session,
      outcome: fc.constantFrom(...OUTCOMES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("crash" as const, "reap" as const), session }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "cancel" as const,
        "runNow" as const,
        "delay" as const,
        "moveQueue" as const,
        "retry" as const,
      ),
      job: fc.nat({ max: 50 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("pause" as const, "resume" as const),
      kind: fc.constantFrom(...PAUSE_KINDS),
      target: fc.nat({ max: 1 }),
    }),
  },
  passTime,
]

interface Weighted {
  readonly weight: number
  readonly arbitrary: fc.Arbitrary<Action>
}

/** Lists in which one verb comes often, so that its actions meet, and lists with all of them. */
function lists(...ofVerbs: Weighted[]): fc.Arbitrary<Action[]> {
  return fc.array(fc.oneof(...ofAll, ...ofVerbs), { minLength: 1, maxLength: 60, size: "max" })
}
const manyLists = fc.oneof(
  lists(...ofBatches, ...ofBatches, look),
  lists(...ofSchedules, ...ofSchedules, look, passTime, passTime, passTime),
  lists(...ofWaits, passTime),
  lists(...ofWorkflows, ...ofBatches, look),
  lists(...ofBatches, ...ofSchedules, ...ofWaits, ...ofWorkflows),
)

async function carryOut(kinds: readonly Kind[], list: readonly Action[]): Promise<void> {
  await world.begin(kinds)
  for (const action of list) {
    await world.perform(action)
    await world.check()
  }
  await world.finish()
}

test("whatever is done in whatever order: no job is lost, doubled, or held twice, and limits and pauses hold", async () => {
  const details = await fc.check(fc.asyncProperty(kinds, manyLists, carryOut), {
    numRuns: RUNS,
    interruptAfterTimeLimit: MOST_MS,
    ...(process.env.SLUICE_MODEL_SEED && { seed: Number(process.env.SLUICE_MODEL_SEED) }),
  })
  if (details.failed)
    console.error(`SLUICE_MODEL_SEED=${details.seed}`, JSON.stringify(details.counterexample))
  expect(details.errorInstance).toBe(null)
}, 600_000)

const plain = { kind: 0, key: 0, limit: 1, urgent: false }

const performed: Action[] = [
  { do: "claim", session: 0 },
  { do: "settle", session: 0, outcome: "succeeded" },
]

/** What so few lists seldom bring. */
test.for<readonly [string, (typeof POLICIES)[number], readonly Action[]]>([
  ["was canceled because of it", "fail", []],
  ["ran in spite of it", "continue", performed],
])("a parent that had failed is retried after a job that %s", ([, policy, actions]) =>
  carryOut(
    ["plain"],
    [
      { do: "enqueue", ...plain },
      { do: "cancel", job: 0 },
      { do: "enqueueAfter", job: plain, after: [0], policy },
      ...actions,
      { do: "look" },
      { do: "retry", job: 0 },
    ],
  ),
)
