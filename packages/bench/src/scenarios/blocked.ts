import type { Scenario } from "../scenario.ts"
import { obstacleVariants } from "./obstacle.ts"

// graphile-worker has it as in its own perfTest (jobs of two queues that are locked). pg-boss can hold back a group only
// while one of its jobs is active and only for workers that ask for it; BullMQ's groups are not in its open version;
// GoodJob claims such a job first and then puts it back.
export const blocked: Scenario = {
  name: "blocked",
  about: "100,000 jobs whose two concurrency keys are taken are ahead of 50,000 that are free.",
  figure: "jobsPerSecond",
  variants: obstacleVariants(
    "blocked",
    { jobs: 50_000, drainers: 4 },
    { inTheWay: { count: 100_000, obstacle: "blocked" } },
  ),
}
