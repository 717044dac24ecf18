import { notOnce, type Strand, type World } from "./world.ts"

/** By then the schedules are stored, unless the machine is busy. */
const SOON_MS = 4_000

/** Schedules that tick each second. Each tick must have one job, from the first one after the schedule was stored. */
export function createSchedules(world: World, count: number): Strand {
  const { sluice, actMs } = world
  const first = Math.ceil(Date.now() / 1_000) * 1_000 + SOON_MS
  const ticks = Array.from({ length: Math.floor((actMs - SOON_MS) / 1_000) }, (_, index) =>
    new Date(first + index * 1_000).toISOString(),
  )
  const keys = Array.from({ length: count }, (_, index) => `schedule/${index}`)
  const storedAt = new Map<string, string>()
  const bounds = { startsAt: ticks[0] as string, endsAt: ticks.at(-1) as string }

  return {
    async act() {
      const settings = { name: "tick", cron: "* * * * * *", catchUp: "all", ...bounds } as const
      await Promise.all(
        keys.map(async (key) => {
          const { createdAt } = await sluice.setSchedule(key, settings)
          storedAt.set(key, createdAt.toISOString())
        }),
      )
    },
    findWrong() {
      const expected = keys.flatMap((key) => {
        const since = storedAt.get(key) as string
        return ticks.filter((tick) => tick > since).map((tick) => `${key} ${tick}`)
      })
      return notOnce(world, "tick", expected)
    },
  }
}
