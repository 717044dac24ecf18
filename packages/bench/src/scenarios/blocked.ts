import type { Scenario } from "../scenario.ts"
import { obstacleVariants } from "./obstacle.ts"

// graphile-worker runs it as in its own perfTest (jobs of two locked queues). pg-boss can hold back a group only while one
// of its jobs is active, and only for workers that request it; BullMQ's groups are not in its open-source version;
// GoodJob claims such a job first and then puts it back.
export const blocked: Scenario = {
  name: "blocked",
  about: "100,000 blocked jobs, whose two concurrency keys are in use, are ahead of 50,000 free ones.",
  figure: "jobsPerSecond",
  variants: obstacleVariants(
    "blocked",
    { jobs: 50_000, drainers: 4 },
    { inTheWay: { count: 100_000, obstacle: "blocked" } },
  ),
}
