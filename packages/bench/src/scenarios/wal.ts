import { measureDrain } from "../measure/measure-drain.ts"
import type { Scenario } from "../scenario.ts"
import { systems } from "../systems/index.ts"

export const wal: Scenario = {
  name: "wal",
  about: "Bytes of write-ahead log and statements per job: the cost for replicas, archives and round trips.",
  figure: "walBytesPerJob",
  variants: [
    {
      label: "1 drainer",
      systems,
      maxRounds: 1,
      measure: (system, run) => measureDrain(system, run, { jobs: 50_000, drainers: 1 }),
    },
  ],
}
