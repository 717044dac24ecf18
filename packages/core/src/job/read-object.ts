import { untilAborted } from "../checks/in-time.ts"
import type { Json } from "../checks/json.ts"
import { type PayloadStore, storeError } from "./payload-store.ts"

/**
 * The JSON that was stored under the key; undefined if there is no such object. Throws `store_unavailable` if the store fails,
 * and the reason of the signal once that aborts, also if the store doesn't heed it.
 */
export async function readObject(
  store: PayloadStore,
  key: string,
  signal?: AbortSignal,
): Promise<Json | undefined> {
  try {
    const reading = store.get(key, signal && { signal })
    const bytes = await (signal ? untilAborted(reading, signal) : reading)
    return bytes ? JSON.parse(new TextDecoder().decode(bytes)) : undefined
  } catch (error) {
    throw signal?.aborted ? error : storeError("Reading from", error)
  }
}
