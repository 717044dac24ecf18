import type { Scenario } from "../scenario.ts"
import { obstacleVariants } from "./obstacle.ts"

// No peer has jobs that may expire before they begin: pg-boss's expiration is that of a running job.
export const expired: Scenario = {
  name: "expired",
  about: "A million jobs that have expired are ahead of 50,000 that have not.",
  figure: "jobsPerSecond",
  variants: obstacleVariants(
    "expired",
    { jobs: 50_000, drainers: 4 },
    { inTheWay: { count: 1_000_000, obstacle: "expired" } },
  ).map((variant) => ({ ...variant, maxRounds: 2 })),
}
