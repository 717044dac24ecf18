import type { SnapshotStore } from "@sluice/core"

/** Keeps the last overview in this process: the next instance of the function begins without one. */
export function memoryStore(): SnapshotStore {
  let kept: string | undefined
  return {
    read: async () => kept,
    write: async (snapshot) => {
      kept = snapshot
    },
  }
}
