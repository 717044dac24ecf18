import { createMigrateHandler } from "@sluice/aws"
import { Resource } from "sst"
import { jobs } from "./jobs.ts"

export const handler = createMigrateHandler({ database: Resource.QueueDatabase.url, jobs })
