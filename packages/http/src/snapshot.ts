// What a drain keeps of a database that may sleep, for the dashboard. Without the dashboard's pages, to keep them out of its bundle.

export type { SnapshotStore } from "@sluice/core"
export { takeSnapshot } from "./dashboard/areas/overview/snapshot.ts"
