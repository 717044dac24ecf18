import { setTimeout as wait } from "node:timers/promises"
import type { Link } from "./fixtures/jobs.ts"
import { chance, notOnce, random, type Strand, type World } from "./world.ts"

const STEPS = 20

interface Step {
  readonly name: string
  readonly parents: readonly string[]
  readonly fails: boolean
  /** Whether it runs though a parent has failed. */
  readonly continues: boolean
}

/**
 * Workflows of jobs that each run after some of those before them. Each must be performed once, after its parents, and none that
 * runs after a failed one.
 */
export function createWorkflows(world: World, count: number): Strand {
  const { database, sluice, actMs } = world
  const workflows: { readonly run: string; readonly steps: readonly Step[] }[] = []

  return {
    async act() {
      await Promise.all(Array.from({ length: count }, (_, index) => enqueueOne(`run-${index}`)))
    },
    async findWrong() {
      const expected = new Map(workflows.flatMap(({ run, steps }) => expectedOf(run, steps)))
      const rows = await database.rows("select subject, detail from effects where kind = 'step'")
      const early = rows.filter(
        ({ subject, detail }) => expected.has(subject) && Number(detail) !== expected.get(subject),
      )
      const adrift = await database.rows("select a as id from sluice.dependents_adrift() a")
      return [
        ...(await notOnce(world, "step", expected.keys())),
        ...early.map(
          ({ subject, detail }) =>
            `step ${subject}: performed after ${detail} of ${expected.get(subject)} parents`,
        ),
        ...adrift.map(({ id }) => `job ${id}: nobody will look at it again`),
      ]
    },
  }

  async function enqueueOne(run: string): Promise<void> {
    await wait(random(actMs))
    const steps = planSteps()
    workflows.push({ run, steps })
    await sluice.enqueueWorkflow({
      name: "exact",
      steps: steps.map(({ name, parents, fails, continues }) => ({
        step: name,
        name: "link",
        payload: { run, step: name, parents, fails } satisfies Link,
        options: { after: parents, ...(continues && { onParentFailure: "continue" as const }) },
      })),
    })
  }
}

function planSteps(): Step[] {
  const failing = chance(15) ? random(STEPS) : -1
  return Array.from({ length: STEPS }, (_, place) => {
    const before = Array.from({ length: place }, (_, index) => `step-${index}`)
    const parents = Array.from({ length: random(4) }, () => before[random(place)]).filter(
      (name) => name !== undefined,
    )
    return {
      name: `step-${place}`,
      parents: [...new Set(parents)],
      fails: place === failing,
      continues: chance(20),
    }
  })
}

/** The steps that succeed, with how many of their parents have succeeded before. */
function expectedOf(run: string, steps: readonly Step[]): [string, number][] {
  const succeeded = new Set<string>()
  return steps.flatMap(({ name, parents, fails, continues }): [string, number][] => {
    const there = parents.filter((parent) => succeeded.has(parent)).length
    if (fails || (there < parents.length && !continues)) return []
    succeeded.add(name)
    return [[`${run} ${name}`, there]]
  })
}
