import type { Scenario } from "../scenario.ts"
import { obstacleVariants } from "./obstacle.ts"

// The open-source versions of the others have no workflows.
export const workflow: Scenario = {
  name: "workflow",
  about: "10,000 workflows of 10 jobs: one, four after it, four after these, and one after all of those.",
  figure: "jobsPerSecond",
  variants: obstacleVariants("workflow", { jobs: 100_000, drainers: 4 }, { isWorkflow: true }),
}
