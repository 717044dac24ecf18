import { setTimeout as wait } from "node:timers/promises"
import { protocolCall } from "../database/protocol-call.ts"
import { isTransient } from "../database/sqlstate.ts"
import { InvalidInputError } from "../errors.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import { type ComputedKeys, storedKeysOf } from "../job/limit-keys.ts"
import type { StoredPayloads } from "../job/payload-store.ts"
import { readObject } from "../job/read-object.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import type { ClaimPosition } from "./position.ts"

/** Most jobs, and most bytes of them, in one statement. */
const MOST_JOBS = 500
const MOST_BYTES = 4 * 1024 * 1024
/** Most payloads that are read from the app's store at once: up to 8 MiB each. */
const MOST_OBJECTS = 20
/** How long schemas that validate asynchronously may take; the jobs of the others fail when they are performed. */
const LONGEST_MS = 2_000
/** How long the drainer waits after an error. */
const AGAIN_AFTER_MS = 1_000

/**
 * Computes the keys of due jobs that were enqueued by name alone, with the definitions of this drainer. Returns
 * whether to look for work again before the drain ends. Two drainers may compute the same keys; the first to write wins.
 */
export async function computeKeys(
  drainer: Drainer,
  position: ClaimPosition,
  names: readonly string[],
): Promise<boolean> {
  if (performance.now() < position.keysAgainAtMs) return false
  try {
    const jobs = await timed(drainer, "claim", readUnkeyed(drainer, names))
    const keys = await keysOf(jobs, drainer)
    return (await timed(drainer, "claim", storeKeys(drainer, keys))) > 0
  } catch (error) {
    drainer.lost.throwIfAborted()
    if (isTransient(error)) return true
    drainer.log.warn("The keys of jobs could not be stored; trying again", { error: String(error) })
    position.keysAgainAtMs = performance.now() + AGAIN_AFTER_MS
    return false
  }
}

type UnkeyedJob = [id: number, name: string, payload: unknown, payloadKey: string | null, version: string]

async function readUnkeyed({ schema, query }: Drainer, names: readonly string[]): Promise<UnkeyedJob[]> {
  const { text, values } = protocolCall(schema, "read_unkeyed", {
    p_names: names,
    p_limit: MOST_JOBS,
    p_max_bytes: MOST_BYTES,
  })
  const [row] = await query(`select ${text} as jobs`, values)
  return row.jobs
}

/**
 * Halves what Postgres refuses until the key that it can't hold is alone, as one with characters that the server's
 * encoding doesn't have. That job fails when it is performed, and doesn't hold up the others.
 */
async function storeKeys(drainer: Drainer, keys: readonly ComputedKey[]): Promise<number> {
  try {
    return await writeKeys(drainer, keys)
  } catch (error) {
    const [first] = keys
    if (!(error instanceof InvalidInputError) || first === undefined) throw error
    if (keys.length === 1) return writeKeys(drainer, [{ id: first.id, version: first.version, failed: true }])
    const middle = Math.ceil(keys.length / 2)
    const stored = await storeKeys(drainer, keys.slice(0, middle))
    return stored + (await storeKeys(drainer, keys.slice(middle)))
  }
}

async function writeKeys({ schema, query }: Drainer, keys: readonly ComputedKey[]): Promise<number> {
  const { text, values } = protocolCall(schema, "set_keys", { p_keys: JSON.stringify(keys) })
  const [row] = await query(`select ${text} as count`, values)
  return row.count
}

/** An element of the argument of `set_keys`. */
interface ComputedKey extends ComputedKeys {
  readonly id: number
  /** Of the row whose payload was read. Keys of a job that was changed since are not stored. */
  readonly version: string
  readonly failed?: boolean
}

async function keysOf(
  read: readonly UnkeyedJob[],
  { definitions, payloads }: Drainer,
): Promise<ComputedKey[]> {
  const jobs = withFewObjects(read)
  const computed = new Map<number, ComputedKey>()
  const all = Promise.all(
    jobs.map(async ([id, name, inRow, payloadKey, version]) => {
      const payload = payloadKey === null ? inRow : readPayload(payloads, payloadKey)
      const keys = await keysOrFailed(definitions.get(name) as AnyJobDefinition, payload)
      computed.set(id, { id, version, ...keys })
    }),
  )
  const done = new AbortController()
  await Promise.race([all, wait(LONGEST_MS, undefined, { signal: done.signal })])
  done.abort()
  const keyOrFailed = ([id, , , , version]: UnkeyedJob) => computed.get(id) ?? { id, version, failed: true }
  const isStoreDown = jobs.filter(hasObject).every((job) => keyOrFailed(job).failed)
  return (isStoreDown ? read : jobs).map(keyOrFailed)
}

/** The rest is read next time: together their payloads could take gigabytes. */
function withFewObjects(jobs: readonly UnkeyedJob[]): readonly UnkeyedJob[] {
  let objects = 0
  return jobs.filter((job) => !hasObject(job) || ++objects <= MOST_OBJECTS)
}

function hasObject([, , , payloadKey]: UnkeyedJob): boolean {
  return payloadKey !== null
}

async function readPayload(payloads: StoredPayloads | undefined, key: string): Promise<unknown> {
  const payload = payloads && (await readObject(payloads.store, key))
  if (payload === undefined) throw new Error("There is no such object, or no store")
  return payload
}

/** A job whose key can't be computed fails when it is performed, with the error that is dropped here. */
async function keysOrFailed(
  definition: AnyJobDefinition,
  payload: unknown,
): Promise<ComputedKeys & { failed?: boolean }> {
  try {
    return await storedKeysOf(definition, await payload)
  } catch {
    return { failed: true }
  }
}
