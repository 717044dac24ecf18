import { notOnce, type Strand, type World } from "./world.ts"

/** By then the schedules are stored. */
const SOON_MS = 4_000

/** Schedules that tick each second. Each tick must have one job. */
export function createSchedules(world: World, count: number): Strand {
  const { sluice, actMs } = world
  const first = Math.ceil(Date.now() / 1_000) * 1_000 + SOON_MS
  const ticks = Array.from({ length: Math.floor((actMs - SOON_MS) / 1_000) }, (_, index) =>
    new Date(first + index * 1_000).toISOString(),
  )
  const keys = Array.from({ length: count }, (_, index) => `schedule/${index}`)
  const bounds = { startsAt: ticks[0] as string, endsAt: ticks.at(-1) as string }

  return {
    async act() {
      const settings = { name: "tick", cron: "* * * * * *", catchUp: "all", ...bounds } as const
      await Promise.all(keys.map((key) => sluice.setSchedule(key, settings)))
    },
    findWrong() {
      const expected = keys.flatMap((key) => ticks.map((tick) => `${key} ${tick}`))
      return notOnce(world, "tick", expected)
    },
  }
}
