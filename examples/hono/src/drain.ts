import { createConnect, createDrainHandler, createPool } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { Resource } from "sst"
import { jobs } from "./jobs.ts"

const { url } = Resource.QueueDatabase

export const handler = createDrainHandler({
  sluice: createSluice({ database: createPool(url), jobs }),
  connect: createConnect(url),
})
