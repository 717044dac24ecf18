import type { Sluice, SnapshotStore } from "@sluice/core"
import { assertFunction, assertSluice } from "@sluice/core/checks"
import { type OverviewData, readOverviewData, USUAL_RANGE_MS } from "./data.ts"

/**
 * Reads the overview and keeps it. Call it when a drain has left nothing to do, before the database sleeps (`onIdle` of
 * `createDrainHandler`): then a dashboard with `idle` shows how the drain has left the queue. Seven statements, and one write.
 */
export async function takeSnapshot(sluice: Sluice, store: SnapshotStore): Promise<void> {
  assertSluice(sluice, ["takeSnapshot", "sluice"])
  assertFunction(store?.write, ["takeSnapshot", "store", "write"], "a store, such as createSnapshotStore(…)")
  await store.write(textOf(withoutMessages(await readOverviewData(sluice, USUAL_RANGE_MS))))
}

/** The overview shows of messages what they have in common. The values in them may be anybody's, and have no place outside of the database. */
function withoutMessages(data: OverviewData): OverviewData {
  const groups = data.errors.groups.map((group) => ({ ...group, message: "" }))
  return { ...data, errors: { ...data.errors, groups } }
}

/** Undefined if none was kept, or one of another version. */
export async function readSnapshot(store: SnapshotStore): Promise<OverviewData | undefined> {
  const text = await store.read()
  return text === undefined ? undefined : dataOf(text)
}

const VERSION = 1

function textOf(data: OverviewData): string {
  return JSON.stringify({ version: VERSION, data }, function (key, value) {
    return this[key] instanceof Date ? { $date: value } : value
  })
}

function dataOf(text: string): OverviewData | undefined {
  try {
    const { version, data } = JSON.parse(text, (_key, value) =>
      typeof value?.$date === "string" ? new Date(value.$date) : value,
    )
    return version === VERSION ? data : undefined
  } catch {
    return undefined
  }
}
