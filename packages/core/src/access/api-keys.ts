import { type Duration, durationMs } from "../checks/duration.ts"
import { checkOptions } from "../checks/field.ts"
import { toPgTextArray } from "../database/array-literal.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { ApiKeyNotFoundError } from "../errors.ts"
import { dateOf } from "../inspect/date-of.ts"
import { toLaterInstant } from "../job/later-instant.ts"
import { API_KEY, apiKeyId, LIST_API_KEYS, ROTATE_API_KEY } from "./fields.ts"
import type { Role } from "./principal.ts"
import { newSecret } from "./secret.ts"

/** A key of the HTTP API and the dashboard. Its secret is shown once, when it is made or rotated, and stored nowhere. */
export interface ApiKey {
  readonly id: string
  readonly name: string
  /** How the secret begins: `sluice_reader_4f0c`. */
  readonly hint: string
  readonly role: Role
  /** The job names that an enqueuer may enqueue. Null: any. */
  readonly names: readonly string[] | null
  /** The queues that an enqueuer may enqueue to. Null: any. */
  readonly queues: readonly string[] | null
  readonly createdAt: Date
  /** Who has made it, if that is known. */
  readonly createdBy: string | null
  /** Null: never. */
  readonly expiresAt: Date | null
  readonly rotatedAt: Date | null
  /** Until when the secret before the last rotation is valid. Null: it isn't. */
  readonly oldSecretUntil: Date | null
  readonly revokedAt: Date | null
  /** When it was last verified, to an hour. */
  readonly lastUsedAt: Date | null
}

export interface ApiKeySettings {
  /** What it is for: text of up to 512 characters. */
  readonly name: string
  readonly role: Role
  /** The job names that an enqueuer may enqueue, up to 100. Default: any. */
  readonly names?: readonly string[]
  /** The queues that an enqueuer may enqueue to, up to 100. With several, each job has to name its queue. Default: any. */
  readonly queues?: readonly string[]
  /** When it ends. Default: when it is revoked. */
  readonly expiresAt?: Date | string
  /** After how long it ends, instead of `expiresAt`. */
  readonly expiresIn?: Duration
  /** Who makes it: text of up to 512 characters. */
  readonly createdBy?: string
}

export interface RotateApiKeyOptions {
  /** How long the secret before stays valid, up to 90 days; 0: not at all. Default 24 hours. */
  readonly overlap?: Duration
}

/** A key, and its secret, which can't be read again. */
export interface NewApiKey extends ApiKey {
  readonly secret: string
}

export interface ListApiKeysOptions {
  /** Only keys that were made after the one with this id. Default: from the first. */
  readonly after?: string
}

export async function createApiKey(
  database: Queryable,
  schema: string,
  settings: ApiKeySettings,
): Promise<NewApiKey> {
  checkOptions(API_KEY, settings)
  const { name, role, names, queues, expiresAt, expiresIn, createdBy } = settings
  const { secret, hint, hash } = newSecret(role)
  const call = protocolCall(schema, "create_api_key", {
    p_name: name,
    p_hint: hint,
    p_hash: hash,
    p_role: role,
    p_names: names && toPgTextArray(names),
    p_queues: queues && toPgTextArray(queues),
    p_expires_at: expiresAt === undefined ? undefined : toLaterInstant(expiresAt, ["expiresAt"]),
    p_expires_in_ms: expiresIn === undefined ? undefined : durationMs(expiresIn, ["expiresIn"]),
    p_created_by: createdBy,
  })
  return { ...toApiKey(await readJson(database, call)), secret }
}

/** Up to 1,000 keys, revoked ones too. */
export async function listApiKeys(
  database: Queryable,
  schema: string,
  options: ListApiKeysOptions = {},
): Promise<ApiKey[]> {
  checkOptions(LIST_API_KEYS, options)
  const { after = "0" } = options
  const keys: KeyJson[] = await readJson(database, protocolCall(schema, "list_api_keys", { p_after: after }))
  return keys.map(toApiKey)
}

export async function rotateApiKey(
  database: Queryable,
  schema: string,
  id: string,
  options: RotateApiKeyOptions = {},
): Promise<NewApiKey> {
  apiKeyId.assert(id, ["id"])
  checkOptions(ROTATE_API_KEY, options)
  const overlapMs = durationMs(options.overlap ?? "24h")
  const role = await roleOf(database, schema, id)
  const { secret, hint, hash } = newSecret(role)
  const call = protocolCall(schema, "rotate_api_key", {
    p_id: id,
    p_hint: hint,
    p_hash: hash,
    p_overlap_ms: overlapMs,
  })
  const key: KeyJson | null = await readJson(database, call)
  return { ...toApiKey(key ?? refuseEnded(id)), secret }
}

export async function revokeApiKey(database: Queryable, schema: string, id: string): Promise<ApiKey> {
  apiKeyId.assert(id, ["id"])
  const call = protocolCall(schema, "revoke_api_key", { p_id: id })
  const key: KeyJson | null = await readJson(database, call)
  if (key === null) throw new ApiKeyNotFoundError("api_key_not_found", `No API key has the id ${id}`)
  return toApiKey(key)
}

/** The secret says it, and a key's role never changes. */
async function roleOf(database: Queryable, schema: string, id: string): Promise<Role> {
  const call = protocolCall(schema, "principals_of_keys", { p_ids: `{${id}}` })
  const [found]: { role: Role }[] = await readJson(database, call)
  return found?.role ?? refuseEnded(id)
}

function refuseEnded(id: string): never {
  throw new ApiKeyNotFoundError(
    "api_key_not_found",
    `No valid API key has the id ${id}: it is unknown, was revoked, or has expired. Create another one`,
  )
}

type Instants = "createdAt" | "expiresAt" | "rotatedAt" | "oldSecretUntil" | "revokedAt" | "lastUsedAt"
type KeyJson = Omit<ApiKey, Instants> & Record<Instants, string | null>

function toApiKey(json: KeyJson): ApiKey {
  return {
    ...json,
    createdAt: new Date(json.createdAt as string),
    expiresAt: dateOf(json.expiresAt),
    rotatedAt: dateOf(json.rotatedAt),
    oldSecretUntil: dateOf(json.oldSecretUntil),
    revokedAt: dateOf(json.revokedAt),
    lastUsedAt: dateOf(json.lastUsedAt),
  }
}
