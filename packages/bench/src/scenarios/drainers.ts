import { measureDrain } from "../measure/measure-drain.ts"
import type { Scenario } from "../scenario.ts"
import { floor } from "../systems/floor.ts"
import { graphileWorker } from "../systems/graphile-worker.ts"
import { pgBoss } from "../systems/pg-boss.ts"
import { sluice } from "../systems/sluice.ts"

export const drainers: Scenario = {
  name: "drainers",
  about: "From 1 to 64 drainers, in at most 8 processes: whether they get in each other's way.",
  figure: "jobsPerSecond",
  variants: [1, 2, 4, 8, 16, 32, 64].map((count) => ({
    label: String(count),
    systems: [sluice, graphileWorker, pgBoss, floor],
    maxRounds: count > 8 ? 2 : 1, // fewer are measured by the scenario throughput, too
    measure: (system, run) => measureDrain(system, run, { jobs: 100_000, drainers: count }),
  })),
}
