import { createConnect, createDrainHandler, createPool, fromEnvironment } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { Resource } from "sst"
import { jobs } from "./jobs.ts"

const { url } = Resource.QueueDatabase

export const handler = createDrainHandler({
  sluice: createSluice({ ...fromEnvironment(), database: createPool(url), jobs }),
  connect: createConnect(url),
})
