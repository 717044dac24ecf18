import {
  createConnect,
  createDrainHandler,
  createPool,
  createSnapshotStore,
  fromEnvironment,
} from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { takeSnapshot } from "@sluice/http/snapshot"
import { resources } from "./resources.ts"
import { sluice } from "./sluice.ts"

const { url } = resources.SluiceDatabase
const snapshots = createSnapshotStore(process.env.SLUICE_SNAPSHOT)

/** Performs jobs. Invoked by the schedule, by enqueues, and by itself while work remains. */
export const handler = createDrainHandler({
  sluice,
  connect: createConnect(url),
  onIdle: snapshots && (() => keepOverview(snapshots)),
})

/** For the dashboard. Over a connection of its own, because one that stays open would keep some databases from sleeping. */
async function keepOverview(store: NonNullable<typeof snapshots>): Promise<void> {
  const database = createPool(url)
  try {
    await takeSnapshot(createSluice({ ...fromEnvironment(), database }), store)
  } finally {
    await database.end()
  }
}
