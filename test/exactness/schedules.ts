import { notOnce, type Strand, type World } from "./world.ts"

/** Schedules that tick each second. From the one at which it was stored on, each tick must have one job. */
export function createSchedules(world: World, count: number): Strand {
  const { sluice, actMs } = world
  const expected: string[] = []

  return {
    /** Before anything else keeps the machine busy, as the ticks end at a time that is given with the schedule. */
    async prepare() {
      const endsAtMs = Math.floor(Date.now() / 1_000) * 1_000 + actMs
      await Promise.all(Array.from({ length: count }, (_, index) => store(`schedule/${index}`, endsAtMs)))
    },
    async act() {},
    async findWrong() {
      return notOnce(world, "tick", expected)
    },
  }

  async function store(key: string, endsAtMs: number): Promise<void> {
    const endsAt = new Date(endsAtMs).toISOString()
    const { next } = await sluice.setSchedule(key, {
      name: "tick",
      cron: "* * * * * *",
      catchUp: "all",
      endsAt,
    })
    const first = next[0]
    if (!first)
      throw new Error(`${key} was stored after its last tick: the run is too short for this machine`)
    for (let tickMs = first.getTime(); tickMs <= endsAtMs; tickMs += 1_000)
      expected.push(`${key} ${new Date(tickMs).toISOString()}`)
  }
}
