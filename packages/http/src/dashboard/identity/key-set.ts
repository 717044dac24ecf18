import { fetchKeys } from "./fetch-keys.ts"

/** The public keys of an issuer, by their ids. */
export interface KeySet {
  /** The key, read again if it isn't known, at most once a minute. */
  readonly find: (id: string) => Promise<object | undefined>
}

const KEEP_MS = 3_600_000
const READ_AGAIN_AFTER_MS = 60_000

/** Reads a JSON Web Key Set when it is needed, and keeps it for an hour. */
export function createKeySet(url: string): KeySet {
  let keys = new Map<string, object>()
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  return {
    async find(id) {
      const age = Date.now() - readAt
      const isDue = age > KEEP_MS || (!keys.has(id) && age > READ_AGAIN_AFTER_MS)
      if (isDue) {
        reading ??= read().finally(() => {
          reading = undefined
        })
        await reading
      }
      return keys.get(id)
    },
  }

  /** Keeps the keys that it has if the issuer doesn't answer. */
  async function read(): Promise<void> {
    readAt = Date.now()
    const body = JSON.parse(await fetchKeys(url)) as { keys?: { kid?: string }[] }
    if (!Array.isArray(body.keys)) throw new Error(`${url} returned no keys`)
    keys = new Map(body.keys.flatMap((key) => (typeof key.kid === "string" ? [[key.kid, key] as const] : [])))
  }
}
