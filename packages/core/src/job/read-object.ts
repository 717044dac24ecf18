import type { PayloadStore } from "./payload-store.ts"

/** The JSON that was stored under the key; undefined if there is no such object. Throws what the store throws. */
export async function readObject(store: PayloadStore, key: string, signal?: AbortSignal): Promise<unknown> {
  const bytes = await store.get(key, signal && { signal })
  return bytes && JSON.parse(new TextDecoder().decode(bytes))
}
