import { createConnect, createDrainHandler, createPool, fromEnvironment } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { jobs, schedules } from "../lib/jobs.ts"

const url = process.env.DATABASE_URL

export const handler = createDrainHandler({
  sluice: createSluice({ ...fromEnvironment(), database: createPool(url), jobs, schedules }),
  connect: createConnect(url),
})
