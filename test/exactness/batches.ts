import { setTimeout as wait } from "node:timers/promises"
import type { NewJob } from "@sluice/core"
import type { Part } from "./fixtures/jobs.ts"
import { chance, notOnce, random, type Strand, type World } from "./world.ts"

interface Planned {
  readonly jobs: readonly NewJob[]
  readonly parts: readonly Part[]
}

/** Batches of jobs that succeed, are retried, are discarded, or add further jobs. Each callback must be performed once. */
export function createBatches(world: World, count: number): Strand {
  const { sluice, actMs } = world
  const planned = new Map<string, Planned>()

  return {
    async act() {
      await Promise.all(Array.from({ length: count }, enqueueOne))
    },
    async findWrong() {
      const events = [...planned].flatMap(([id, batch]) => eventsOf(batch).map((event) => `${id} ${event}`))
      const wrong = await Promise.all([...planned].map(([id, batch]) => findWrongCounts(id, batch)))
      return [...(await notOnce(world, "callback", events)), ...wrong.flat()]
    },
  }

  async function enqueueOne(): Promise<void> {
    await wait(random(actMs))
    const batch = planOne()
    const called = (event: string): NewJob => ({ name: "called", payload: { event } })
    const { id } = await sluice.enqueueBatch(batch.jobs, {
      onFinish: called("finish"),
      onSuccess: called("success"),
      onDiscard: called("discard"),
    })
    planned.set(id, batch)
  }

  async function findWrongCounts(id: string, { jobs, parts }: Planned): Promise<string[]> {
    const discarded = parts.filter(({ fails }) => fails === "always").length
    const splits = jobs.filter(({ name }) => name === "split").length
    const expected = `${splits + parts.length - discarded} succeeded, ${discarded} discarded of ${splits + parts.length}`
    const batch = await sluice.getBatch(id)
    const found = `${batch?.succeeded} succeeded, ${batch?.discarded} discarded of ${batch?.total}`
    return found === expected ? [] : [`batch ${id}: ${found}, instead of ${expected}`]
  }
}

/** The jobs of half of them take equally long, so that several drainers settle the last ones at once. */
function planOne(): Planned {
  const ms = chance(50) ? random(30) : undefined
  const parts = Array.from({ length: 2 + random(9) }, () => planPart(ms))
  const added = chance(30) ? Array.from({ length: 1 + random(4) }, () => planPart(ms)) : []
  const splits = added.length > 0 ? [{ name: "split", payload: { parts: added } }] : []
  const jobs = [...parts.map((payload) => ({ name: "part", payload })), ...splits]
  return { jobs, parts: [...parts, ...added] }
}

function planPart(ms = random(30)): Part {
  const dice = random(100)
  return { ms, fails: dice < 4 ? "always" : dice < 12 ? "first" : "never" }
}

function eventsOf({ parts }: Planned): string[] {
  const isDiscarding = parts.some(({ fails }) => fails === "always")
  return ["finish", isDiscarding ? "discard" : "success"]
}
