import { createConnect, createDrainHandler } from "@sluice/aws"
import { concurrency, databaseUrl, drainTimeout, idle, linger, maxDrainers, service } from "./settings.ts"
import { sluice } from "./sluice.ts"

/** Performs jobs. Invoked by the schedule, by enqueues, and by itself while work remains. */
export const handler = createDrainHandler({
  sluice,
  connect: createConnect(databaseUrl()),
  maxDrainers,
  concurrency,
  linger,
  ...(drainTimeout && { timeout: drainTimeout }),
  service,
  idle: idle(),
})
