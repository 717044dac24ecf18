import type { System } from "../system.ts"
import { bullmq } from "./bullmq.ts"
import { bullmqRedis } from "./bullmq-redis.ts"
import { floor } from "./floor.ts"
import { goodJob } from "./good-job.ts"
import { graphileWorker } from "./graphile-worker.ts"
import { pgBoss } from "./pg-boss.ts"
import { sluice } from "./sluice.ts"

export const systems: readonly System[] = [
  sluice,
  graphileWorker,
  pgBoss,
  bullmq,
  bullmqRedis,
  goodJob,
  floor,
]
