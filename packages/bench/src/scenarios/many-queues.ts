import type { Scenario } from "../scenario.ts"
import { obstacleVariants } from "./obstacle.ts"

// A worker of pg-boss or BullMQ serves one queue, so 1,000 queues would need 1,000 polling workers, which is something
// else. graphile-worker's named queues run their jobs one after another. None of them can pause a queue for all workers.
export const manyQueues: Scenario = {
  name: "many-queues",
  about:
    "100,000 jobs in 1,000 queues, which are all served by priority and age; and 100,000 jobs behind a paused queue of a million.",
  figure: "jobsPerSecond",
  variants: [
    ...obstacleVariants("queues", { jobs: 100_000, drainers: 4 }, { queues: 1_000 }),
    ...obstacleVariants(
      "paused",
      { jobs: 100_000, drainers: 4, queues: 1_000 },
      { inTheWay: { count: 1_000_000, obstacle: "paused" } },
    ).slice(1),
  ].map((variant) => ({ ...variant, maxRounds: 2 })),
}
