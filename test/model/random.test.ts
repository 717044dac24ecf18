import fc from "fast-check"
import { afterAll, expect, test } from "vitest"
import { createRandomWorld, KEYS, KINDS, type Kind, OUTCOMES, PAUSE_KINDS, SESSIONS } from "./random-world.ts"

/** More of it: `SLUICE_MODEL_RUNS=1000 npx vitest run test/model/random.test.ts`. */
const RUNS = Number(process.env.SLUICE_MODEL_RUNS ?? 10)

const world = await createRandomWorld()
afterAll(() => world.end())

/** Of few kinds of jobs in each list, so that they meet others of their kind. */
const kinds = fc.subarray([...KINDS], { minLength: 1, maxLength: 3 })
const session = fc.nat({ max: SESSIONS - 1 })
const actions = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("enqueue" as const),
      kind: fc.nat({ max: KINDS.length - 1 }),
      key: fc.nat({ max: KEYS - 1 }),
      limit: fc.integer({ min: 1, max: 3 }),
      urgent: fc.boolean(),
    }),
  },
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
  { weight: 2, arbitrary: fc.constant({ do: "wait" as const }) },
)

test("whatever is done in whatever order: no job is lost, doubled, or held twice, and limits and pauses hold", async () => {
  const details = await fc.check(
    fc.asyncProperty(
      kinds,
      fc.array(actions, { minLength: 10, maxLength: 60, size: "max" }),
      async (kinds, list) => {
        await world.begin()
        for (const action of list) {
          await world.perform(
            action.do === "enqueue" ? { ...action, kind: kinds[action.kind % kinds.length] as Kind } : action,
          )
          await world.check()
        }
        await world.finish()
      },
    ),
    {
      numRuns: RUNS,
      endOnFailure: true,
      ...(process.env.SLUICE_MODEL_SEED && { seed: Number(process.env.SLUICE_MODEL_SEED) }),
    },
  )
  if (details.failed)
    console.error(`SLUICE_MODEL_SEED=${details.seed}`, JSON.stringify(details.counterexample))
  expect(details.errorInstance).toBe(null)
}, 600_000)
