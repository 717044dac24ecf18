import { measureDrain } from "../measure/measure-drain.ts"
import type { Scenario } from "../scenario.ts"
import { systems } from "../systems/index.ts"

const JOBS = 100_000

export const throughput: Scenario = {
  name: "throughput",
  about: "Jobs that do nothing, all ready before the start: the cost of the queue itself.",
  figure: "jobsPerSecond",
  variants: [1, 4, 8].map((drainers) => ({
    label: `${drainers} ${drainers === 1 ? "drainer" : "drainers"}`,
    systems,
    measure: (system, run) => measureDrain(system, run, { jobs: JOBS, drainers }),
  })),
}
