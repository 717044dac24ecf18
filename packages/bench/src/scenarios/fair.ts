import type { Scenario } from "../scenario.ts"
import { obstacleVariants } from "./obstacle.ts"

// The open-source versions of the others have no turns. Groups of BullMQ, and partitions of Oban and River, are in their paid ones.
export const fair: Scenario = {
  name: "fair",
  about: "100,000 jobs, of which all but 1,000 belong to one tenant, and those to 100 small ones behind it.",
  figure: "jobsPerSecond",
  variants: obstacleVariants("fair", { jobs: 100_000, drainers: 4 }, { smallTenants: 100 }),
}
