import { setTimeout as wait } from "node:timers/promises"
import { WaitNotFoundError, WaitStateError } from "@sluice/core"
import type { Approval } from "./fixtures/jobs.ts"
import { chance, notOnce, random, type Strand, type World } from "./world.ts"

const HOUR_MS = 3_600_000
/** A job is started within this time, though drainers are killed. */
const LONGEST_START_MS = 60_000

/**
 * Jobs that wait for tokens, which are completed at random moments: before the job comes, at the moment at which it does, later,
 * around its timeout, and by two at once. Each completion must be accepted once, and its job must get just that value, once.
 */
export function createWaits(world: World, count: number): Strand {
  const { database, sluice, actMs } = world
  /** By token: the values with which it could be completed. */
  const accepted = new Map<string, number[]>()
  /** Tokens to which no job came. */
  const unknown: string[] = []

  return {
    async act() {
      await Promise.all(Array.from({ length: count }, (_, index) => actOn(`token/${index}`)))
    },
    async findWrong() {
      const rows = await database.rows("select subject, detail from effects where kind = 'answer'")
      const answers = rows.map(({ subject, detail }) => [subject, detail] as const)
      const wrong = answers.filter(
        ([token, answer]) => answer !== (accepted.get(token)?.[0] ?? "too late").toString(),
      )
      return [
        ...unknown,
        ...(await notOnce(world, "answer", accepted.keys())),
        ...wrong.map(
          ([token, answer]) => `${token}: completed with ${accepted.get(token)}, and got ${answer}`,
        ),
        ...[...accepted].flatMap(([token, values]) =>
          values.length > 1 ? [`${token}: completed with ${values.join(" and ")}`] : [],
        ),
      ]
    },
  }

  async function actOn(token: string): Promise<void> {
    await wait(random(actMs))
    accepted.set(token, [])
    const isShort = chance(20)
    const timeoutMs = isShort ? 50 + random(500) : HOUR_MS
    const enqueue = () =>
      sluice.enqueue("approval", { token, opens: chance(50), timeoutMs } satisfies Approval)
    const early = !isShort && chance(10)
    if (early) return void (await Promise.all([enqueue(), complete(token, 1, true)]))
    await enqueue()
    if (isShort) await wait(timeoutMs + random(100) - 50)
    else if (chance(30)) await wait(random(2_000))
    await Promise.all([complete(token, 1), chance(20) && complete(token, 2)])
  }

  /** As soon as the token is known. */
  async function complete(token: string, value: number, early = false): Promise<void> {
    const giveUpAtMs = performance.now() + LONGEST_START_MS
    while (performance.now() < giveUpAtMs) {
      try {
        await sluice.completeWait(token, value, { early })
        accepted.get(token)?.push(value)
        return
      } catch (error) {
        if (error instanceof WaitStateError) return
        if (!(error instanceof WaitNotFoundError)) throw error
        await wait(5)
      }
    }
    unknown.push(`${token}: still unknown after ${LONGEST_START_MS} ms`)
  }
}
