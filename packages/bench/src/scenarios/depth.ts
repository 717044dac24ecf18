import { measureDrain } from "../measure/measure-drain.ts"
import type { Scenario } from "../scenario.ts"
import { floor } from "../systems/floor.ts"
import { graphileWorker } from "../systems/graphile-worker.ts"
import { pgBoss } from "../systems/pg-boss.ts"
import { sluice } from "../systems/sluice.ts"

const JOBS = 100_000

// GoodJob and BullMQ would take hours to fill, graphile-worker and pg-boss minutes for ten million jobs.
export const depth: Scenario = {
  name: "depth",
  about: "The first 100,000 jobs of a backlog: how the cost of a job grows with the length of the backlog.",
  figure: "jobsPerSecond",
  variants: [10_000, 1_000_000, 10_000_000].map((waiting) => ({
    label: `${waiting.toLocaleString("en")} waiting`,
    systems: waiting > 1_000_000 ? [sluice, floor] : [sluice, graphileWorker, pgBoss, floor],
    maxRounds: waiting > JOBS ? 1 : 3,
    measure: (system, run) =>
      measureDrain(system, run, {
        drainers: 4,
        ...(waiting > JOBS ? { jobs: JOBS, behind: waiting - JOBS } : { jobs: waiting }),
      }),
  })),
}
