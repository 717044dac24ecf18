import { measureDrain } from "../measure/measure-drain.ts"
import type { Scenario } from "../scenario.ts"
import { sluice } from "../systems/sluice.ts"

const plan = { jobs: 1_000, drainers: 1 }

// The peers' schedulers run on timers of their own, so there is no moment at which they begin.
export const schedules: Scenario = {
  name: "schedules",
  about: "1,000 schedules are due in the same second, or 1,000 scheduled jobs.",
  figure: "jobsPerSecond",
  variants: [
    {
      label: "scheduled jobs",
      systems: [sluice],
      measure: (system, run) => measureDrain(system, run, { ...plan, due: "jobs" }),
    },
    {
      label: "schedules",
      systems: [sluice],
      measure: (system, run) => measureDrain(system, run, { ...plan, due: "schedules" }),
    },
  ],
}
