import type { Scenario } from "../scenario.ts"
import { obstacleVariants } from "./obstacle.ts"

// The open-source versions of the others have no batches, but for GoodJob, of which only the statements are measured.
export const batch: Scenario = {
  name: "batch",
  about: "100,000 jobs of one batch, whose counts are kept while they end.",
  figure: "jobsPerSecond",
  variants: obstacleVariants("batch", { jobs: 100_000, drainers: 4 }, { isBatch: true }),
}
