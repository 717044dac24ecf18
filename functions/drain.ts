import { createConnect, createDrainHandler } from "@sluice/aws"
import { resources } from "./resources.ts"
import { sluice } from "./sluice.ts"

/** Performs jobs. Invoked by the schedule, by enqueues, and by itself while work remains. */
export const handler = createDrainHandler({
  sluice,
  connect: createConnect(resources.SluiceDatabase.url),
})
