/**
 * Keeps the last overview as text, for databases that sleep when nobody asks them. `write` replaces what was kept; `read` returns it, or
 * undefined if nothing was. Several instances of the function may share it: an object in S3, a row elsewhere.
 */
export interface SnapshotStore {
  read(): Promise<string | undefined>
  write(snapshot: string): Promise<void>
}
