import type { Area } from "../page.ts"
import { apiKeysArea } from "./api-keys/index.ts"
import { auditArea } from "./audit/index.ts"
import { batchesArea } from "./batches/index.ts"
import { drainersArea } from "./drainers/index.ts"
import { errorsArea } from "./errors/index.ts"
import { healthArea } from "./health/index.ts"
import { jobsArea } from "./jobs/index.ts"
import { limitsArea } from "./limits/index.ts"
import { namesArea } from "./names/index.ts"
import { overviewArea } from "./overview/index.ts"
import { queuesArea } from "./queues/index.ts"
import { schedulesArea } from "./schedules/index.ts"
import { waitsArea } from "./waits/index.ts"

/** In the order of the navigation. */
export const areas: readonly Area[] = [
  overviewArea,
  jobsArea,
  namesArea,
  errorsArea,
  queuesArea,
  schedulesArea,
  batchesArea,
  waitsArea,
  drainersArea,
  limitsArea,
  healthArea,
  apiKeysArea,
  auditArea,
]
