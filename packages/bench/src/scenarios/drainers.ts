import { measureDrain } from "../measure/measure-drain.ts"
import type { Scenario, Variant } from "../scenario.ts"
import { floor } from "../systems/floor.ts"
import { graphileWorker } from "../systems/graphile-worker.ts"
import { pgBoss } from "../systems/pg-boss.ts"
import { sluice } from "../systems/sluice.ts"

const JOBS = 100_000
/** So many that the start of the sessions, and what they do at the end, are a small part of it. */
const MANY_JOBS = 500_000

export const drainers: Scenario = {
  name: "drainers",
  about: "From 1 to 64 drainers, in at most 8 processes: whether they get in each other's way.",
  figure: "jobsPerSecond",
  variants: [...[1, 2, 4, 8, 16, 32, 64].map(shortBacklog), ...[32, 64].map(longBacklog)],
}

function shortBacklog(count: number): Variant {
  return {
    label: String(count),
    systems: [sluice, graphileWorker, pgBoss, floor],
    maxRounds: count > 8 ? 2 : 1, // fewer are measured by the scenario throughput, too
    measure: (system, run) => measureDrain(system, run, { jobs: JOBS, drainers: count }),
  }
}

/** Shows what a drainer costs in the long run. */
function longBacklog(count: number): Variant {
  return {
    label: `${count}, ${MANY_JOBS.toLocaleString("en")} jobs`,
    systems: [sluice, graphileWorker, floor],
    maxRounds: 1,
    measure: (system, run) => measureDrain(system, run, { jobs: MANY_JOBS, drainers: count }),
  }
}
