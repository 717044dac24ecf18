import { readFile, rename, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { InvalidInputError, type SnapshotStore } from "@sluice/core"
import { createS3Store } from "./s3-store.ts"

/**
 * Where the last drainer leaves the overview for the dashboard, in idle mode. Undefined where no address is set: there the
 * dashboard asks the database.
 *
 * @param address The variable `SLUICE_SNAPSHOT`, which the component sets: an object in S3 as `s3://bucket/key`, or a file as
 *   `file:///path`.
 * @throws InvalidInputError `invalid_setting` for another address
 */
export function createSnapshotStore(address: string | undefined): SnapshotStore | undefined {
  if (!address) return undefined
  const text = String(address)
  if (text.startsWith("file:///")) return fileStore(fileURLToPath(text))
  const [, bucket, key] = /^s3:\/\/([a-z0-9.-]+)\/(.+)$/.exec(text) ?? []
  if (bucket && key) return objectStore(bucket, key)
  throw new InvalidInputError(
    "invalid_setting",
    `The address of the snapshot is ${JSON.stringify(address)}: give s3://bucket/key or file:///path`,
    { path: ["SLUICE_SNAPSHOT"] },
  )
}

function objectStore(bucket: string, key: string): SnapshotStore {
  const store = createS3Store({ bucket, prefix: "" })
  return {
    async read() {
      const bytes = await store.get(key)
      return bytes && new TextDecoder().decode(bytes)
    },
    async write(text) {
      await store.put(key, new TextEncoder().encode(text))
    },
  }
}

function fileStore(path: string): SnapshotStore {
  return {
    async read() {
      return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined
        throw error
      })
    },
    /** Renamed into place: whoever reads meanwhile gets the former text, not half of this one. */
    async write(text) {
      const unfinished = `${path}.${process.pid}`
      await writeFile(unfinished, text)
      await rename(unfinished, path)
    },
  }
}
