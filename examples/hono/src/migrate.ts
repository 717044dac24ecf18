import { createMigrateHandler } from "@sluice/aws"
import { Resource } from "sst"

export const handler = createMigrateHandler({ database: Resource.QueueDatabase.url })
