/**
 * Keeps the last overview, for databases that sleep when nobody asks them. `write` replaces what was kept; `read` returns it, or
 * undefined if nothing was. Several instances of the function may share it: an object in S3, a row elsewhere.
 */
export interface SnapshotStore {
  read(): Promise<string | undefined>
  write(snapshot: string): Promise<void>
}

/** Keeps it in this process: the next instance of the function begins without one. */
export function memoryStore(): SnapshotStore {
  let kept: string | undefined
  return {
    read: async () => kept,
    write: async (snapshot) => {
      kept = snapshot
    },
  }
}
