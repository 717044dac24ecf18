import type { Scenario } from "../scenario.ts"
import { obstacleVariants } from "./obstacle.ts"

// BullMQ on Redis would take minutes to be filled through its API.
export const scheduled: Scenario = {
  name: "scheduled",
  about: "A million jobs are due tomorrow, 100,000 now.",
  figure: "jobsPerSecond",
  variants: obstacleVariants(
    "scheduled",
    { jobs: 100_000, drainers: 4 },
    { inTheWay: { count: 1_000_000, obstacle: "scheduled" } },
  ).map((variant) => ({ ...variant, maxRounds: 2 })),
}
