import { createPool, createWake } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { jobs } from "./jobs/index.ts"
import { databaseUrl, drainFunction, schema } from "./settings.ts"

/** This deployment's queue: its database and its jobs. Jobs use it to enqueue further jobs. */
export const sluice = createSluice({
  database: createPool(databaseUrl(), { max: 2 }),
  jobs,
  schema,
  ...(drainFunction && { wake: createWake(drainFunction) }),
})
