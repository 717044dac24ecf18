import type { Scenario } from "../scenario.ts"
import { obstacleVariants } from "./obstacle.ts"

// pg-boss and graphile-worker have no rates, and those of Oban, River and BullMQ's groups are in their paid versions. BullMQ's
// limiter holds up all jobs of a queue.
export const rate: Scenario = {
  name: "rate",
  about: "100,000 jobs, whose two rates are used up, are ahead of 50,000 free ones.",
  figure: "jobsPerSecond",
  variants: obstacleVariants(
    "rate",
    { jobs: 50_000, drainers: 4 },
    { inTheWay: { count: 100_000, obstacle: "rate" } },
  ),
}
