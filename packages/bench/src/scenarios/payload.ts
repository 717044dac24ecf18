import { measureDrain } from "../measure/measure-drain.ts"
import type { Scenario } from "../scenario.ts"
import { systems } from "../systems/index.ts"

export const payload: Scenario = {
  name: "payload",
  about: "Jobs with a payload of 1 KB and of 64 KB.",
  figure: "jobsPerSecond",
  variants: [
    { jobs: 50_000, payloadBytes: 1_024, label: "1 KB" },
    { jobs: 5_000, payloadBytes: 65_536, label: "64 KB" },
  ].map(({ label, ...plan }) => ({
    label,
    systems,
    maxRounds: 2,
    measure: (system, run) => measureDrain(system, run, { ...plan, drainers: 4 }),
  })),
}
