import { measureDrain } from "../measure/measure-drain.ts"
import type { Scenario } from "../scenario.ts"
import { systems as all } from "../systems/index.ts"

const PLAN = { jobs: 200_000, drainers: 4 }

// Redis has no snapshots.
const systems = all.filter(({ store }) => store !== "redis")

export const heldSnapshot: Scenario = {
  name: "held-snapshot",
  about:
    "Another transaction holds its snapshot the whole time (a report, a dump, a forgotten session), so that no dead row can be removed.",
  figure: "jobsPerSecond",
  variants: [
    {
      label: "none held",
      systems,
      maxRounds: 2,
      measure: (system, run) => measureDrain(system, run, PLAN),
    },
    {
      label: "one held",
      systems,
      maxRounds: 2,
      measure: (system, run) => measureDrain(system, run, { ...PLAN, holdSnapshot: true }),
    },
  ],
}
