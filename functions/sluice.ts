import { createConnect, createPool, fromEnvironment } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { jobs, schedules } from "./jobs/index.ts"
import { resources } from "./resources.ts"

/** This deployment's queue: its database and its jobs. Jobs use it to enqueue further jobs. */
export const sluice = createSluice({
  ...fromEnvironment(),
  database: createPool(resources.SluiceDatabase.url, { max: 2 }),
  listen: createConnect(resources.SluiceDatabase.url),
  jobs,
  schedules, // for npm start, where no migrate function registers them
})
