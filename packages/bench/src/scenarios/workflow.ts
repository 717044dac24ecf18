import { measureDrain } from "../measure/measure-drain.ts"
import type { Scenario } from "../scenario.ts"
import { sluice } from "../systems/sluice.ts"
import { obstacleVariants } from "./obstacle.ts"

const PLAN = { jobs: 100_000, drainers: 4 }

// The open-source versions of the others have no workflows.
export const workflow: Scenario = {
  name: "workflow",
  about: "10,000 workflows of 10 jobs: one, four after it, four after these, and one after all of those.",
  figure: "jobsPerSecond",
  variants: [
    ...obstacleVariants("workflow", PLAN, { isWorkflow: true }),
    {
      // a job that waits is written once more, as these are
      label: "scheduled, and due",
      systems: [sluice],
      measure: (system, run) => measureDrain(system, run, { ...PLAN, due: "jobs" }),
    },
  ],
}
