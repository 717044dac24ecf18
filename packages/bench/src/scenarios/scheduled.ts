import type { Scenario } from "../scenario.ts"
import { goodJob } from "../systems/good-job.ts"
import { obstacleVariants } from "./obstacle.ts"

// BullMQ on Redis and GoodJob (with 15 indexes) would take minutes to be filled.
export const scheduled: Scenario = {
  name: "scheduled",
  about: "A million jobs are due tomorrow, 100,000 now.",
  figure: "jobsPerSecond",
  variants: obstacleVariants(
    "scheduled",
    { jobs: 100_000, drainers: 4 },
    { inTheWay: { count: 1_000_000, obstacle: "scheduled" } },
  ).map((variant) => ({
    ...variant,
    systems: variant.systems.filter((system) => system !== goodJob),
    maxRounds: 2,
  })),
}
