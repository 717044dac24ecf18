import type { Messages } from "../en/index.ts"
import { apiKeys } from "./api-keys.ts"
import { audit } from "./audit.ts"
import { batches } from "./batches.ts"
import { drainers } from "./drainers.ts"
import { errors } from "./errors.ts"
import { findings } from "./findings.ts"
import { health } from "./health.ts"
import { jobs } from "./jobs.ts"
import { limits } from "./limits.ts"
import { names } from "./names.ts"
import { navigation } from "./navigation.ts"
import { overview } from "./overview.ts"
import { pauses } from "./pauses.ts"
import { queues } from "./queues.ts"
import { schedules } from "./schedules.ts"
import { shell } from "./shell.ts"
import { states } from "./states.ts"
import { waits } from "./waits.ts"

export const german: Messages = {
  errors,
  names,
  findings,
  health,
  jobs,
  apiKeys,
  audit,
  batches,
  drainers,
  limits,
  navigation,
  overview,
  pauses,
  queues,
  schedules,
  shell,
  states,
  waits,
}
