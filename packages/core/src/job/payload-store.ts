import { withinMs } from "../checks/in-time.ts"
import { isRecord, refuse } from "../checks/validate.ts"
import { SluiceError } from "../errors.ts"
import { shortMessage } from "./serialize-error.ts"

/**
 * Where payloads and results go that are too large for the database: an object store such as S3, see `createS3Store` of
 * `@sluice/aws`. Apps that enqueue and drainers need the same one.
 */
export interface PayloadStore {
  /** Stores an object. Keys are used once. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Returns the object, or undefined if there is none under the key. Throws if that can't be told: the job is retried. */
  get(key: string, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array | undefined>
  /** Deletes objects, up to 1,000. Without it, let a rule of the bucket delete them: see docs/payloads.md. */
  delete?(keys: readonly string[]): Promise<void>
}

export interface PayloadOptions {
  readonly store: PayloadStore
  /**
   * Size of the JSON from which a payload or a result goes to the store: bytes, or text such as `"256KB"`. At most, and by
   * default, `"256KB"`, the largest that the database takes.
   */
  readonly over?: Size
}

/** Bytes, or text such as `"64KB"` of 1,024 bytes each. */
export type Size = number | `${number}KB`

/** Largest payload or result with a store, as JSON. */
export const MAX_STORED_BYTES = 8 * 1024 * 1024

/** The options with their defaults. */
export interface StoredPayloads {
  readonly store: PayloadStore
  readonly overBytes: number
  /** How long enqueueing and reading wait for an object. */
  readonly withinMs: number
}

const MOST_IN_DATABASE = 256 * 1024

/** Throws `InvalidInputError` for invalid options. */
export function checkPayloadOptions(options: PayloadOptions, withinMs: number): StoredPayloads {
  const { store, over = MOST_IN_DATABASE } = options
  if (!isRecord(store) || typeof store.put !== "function" || typeof store.get !== "function")
    refuse(
      "invalid_option",
      store,
      ["payloads", "store"],
      "an object with put and get, such as createS3Store()",
    )
  return { store, overBytes: bytesOf(over), withinMs }
}

function bytesOf(over: Size): number {
  const [, kilobytes] = /^(\d{1,6})KB$/.exec(String(over)) ?? []
  const bytes = kilobytes === undefined ? over : Number(kilobytes) * 1024
  if (typeof bytes === "number" && Number.isInteger(bytes) && bytes > 0 && bytes <= MOST_IN_DATABASE)
    return bytes
  return refuse("invalid_option", over, ["payloads", "over"], 'bytes, or text such as "64KB", up to "256KB"')
}

/** A new key. The day is a part of it, so that a rule of the bucket or a person can tell how old an object is. */
export function newKey(kind: "payloads" | "results"): string {
  return `${kind}/${new Date().toISOString().slice(0, 10)}/${crypto.randomUUID()}`
}

/** Waits so long at most for what the store does. Throws `store_unavailable` if that takes longer, or fails. */
export async function inStore<Value>(
  what: Access,
  mostMs: number,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await withinMs(work(), mostMs, "it")
  } catch (error) {
    throw storeError(what, error)
  }
}

/** Puts a payload into the store. */
export function putObject({ store, withinMs }: StoredPayloads, key: string, json: string): Promise<void> {
  return inStore("Writing to", withinMs, () => store.put(key, Buffer.from(json)))
}

/** Objects deleted at once: the most that S3 takes. */
export const MOST_DELETED = 1_000
/** How long a drain, or an enqueue whose jobs are stored, waits for a deletion. */
const LONGEST_DELETE_MS = 2_000

/** Deletes up to `MOST_DELETED` objects. */
export function deleteObjects(store: Required<PayloadStore>, keys: readonly string[]): Promise<void> {
  return inStore("Deleting from", LONGEST_DELETE_MS, () => store.delete(keys))
}

type Access = "Reading from" | "Writing to" | "Deleting from"

/** The error for one of the app's store. Unlike that, it says what it is about, and nobody takes it for the database's. */
export function storeError(what: Access, cause: unknown): SluiceError {
  if (cause instanceof SluiceError) return cause
  const message = `${what} the store of payloads failed: ${shortMessage(cause)}`
  return new SluiceError("store_unavailable", message, { cause })
}
