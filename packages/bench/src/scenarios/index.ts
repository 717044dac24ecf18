import type { Scenario } from "../scenario.ts"
import { api } from "./api.ts"
import { batch } from "./batch.ts"
import { blocked } from "./blocked.ts"
import { crash } from "./crash.ts"
import { depth } from "./depth.ts"
import { drainers } from "./drainers.ts"
import { endToEnd } from "./end-to-end.ts"
import { enqueue } from "./enqueue.ts"
import { expired } from "./expired.ts"
import { fair } from "./fair.ts"
import { heldSnapshot } from "./held-snapshot.ts"
import { lambda } from "./lambda.ts"
import { latency } from "./latency.ts"
import { manyQueues } from "./many-queues.ts"
import { payload } from "./payload.ts"
import { rate } from "./rate.ts"
import { scheduled } from "./scheduled.ts"
import { schedules } from "./schedules.ts"
import { storms } from "./storms.ts"
import { throughput } from "./throughput.ts"
import { wake } from "./wake.ts"
import { wal } from "./wal.ts"
import { workflow } from "./workflow.ts"

export const scenarios: readonly Scenario[] = [
  throughput,
  wal,
  enqueue,
  endToEnd,
  heldSnapshot,
  blocked,
  rate,
  scheduled,
  schedules,
  expired,
  fair,
  batch,
  workflow,
  manyQueues,
  depth,
  storms,
  drainers,
  payload,
  crash,
  latency,
  wake,
  api,
  lambda,
]
