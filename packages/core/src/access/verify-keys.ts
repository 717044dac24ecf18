import { assertKnownKeys } from "../checks/validate.ts"
import { withResolvers } from "../checks/with-resolvers.ts"
import { toPgArray, toPgTextArray } from "../database/array-literal.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import type { Principal, Role } from "./principal.ts"
import { hashOf, isWellFormed } from "./secret.ts"

/** How long an answer of the database is used again: a revoked key works for this long in processes that have just verified it. */
const KNOWN_FOR_MS = 30_000
/** Keys, and as many wrong ones, whose answers are kept. */
const MOST_KNOWN = 10_000
const MOST_AT_ONCE = 500

export interface GetPrincipalOptions {
  /**
   * SHA-256, in hexadecimal, of the secret that a session began with: a rotation ends the session with the secret. Default: whichever
   * secret the key has.
   */
  readonly secretHash?: string
}

/** The verifying half of API keys, with its memory. */
export interface KeyVerifier {
  verify(secret: string): Promise<Principal | undefined>
  principalOf(id: string, options?: GetPrincipalOptions): Promise<Principal | undefined>
}

/** A key, as principal_json has it. */
interface KeyRow {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly names: readonly string[] | null
  readonly queues: readonly string[] | null
  readonly validForMs: number | null
}

/**
 * Verifies keys with one query for all that are asked for meanwhile, and remembers the answers for 30 seconds: whatever
 * callers send, there is at most one query under way for secrets and one for ids.
 */
export function createKeyVerifier(database: Queryable, schema: string): KeyVerifier {
  const secrets = createMemory((hashes) => findBySecret(database, schema, hashes))
  const ids = createMemory((ids) => findById(database, schema, ids))
  return {
    async verify(secret) {
      return typeof secret === "string" && isWellFormed(secret) ? secrets.ask(hashOf(secret)) : undefined
    },
    async principalOf(id, options = {}) {
      assertKnownKeys(options, ["secretHash"], ["options"])
      const { secretHash } = options
      const [, number] = /^key:(\d{1,15})$/.exec(id) ?? []
      if (number === undefined) return undefined
      if (secretHash === undefined) return ids.ask(number)
      const principal = IS_HASH.test(secretHash) ? await secrets.ask(secretHash) : undefined
      return principal?.id === id ? principal : undefined
    },
  }
}

const IS_HASH = /^[0-9a-f]{64}$/

type Find = (asked: readonly string[]) => Promise<ReadonlyMap<string, KeyRow>>

function createMemory(find: Find) {
  const known = new Map<string, { principal: Principal; untilMs: number }>()
  const wrong = new Map<string, { untilMs: number }>()
  const asked = new Map<string, ReturnType<typeof withResolvers<Principal | undefined>>>()
  let isAsking = false

  return {
    async ask(key: string): Promise<Principal | undefined> {
      const now = Date.now()
      const there = known.get(key)
      if (there && isFresh(there.untilMs, now)) return there.principal
      if (isFresh(wrong.get(key)?.untilMs ?? 0, now)) return undefined
      const answer = asked.get(key) ?? withResolvers()
      asked.set(key, answer)
      if (!isAsking) void askAll()
      return answer.promise
    },
  }

  async function askAll(): Promise<void> {
    isAsking = true
    while (asked.size > 0) {
      const some = [...asked].slice(0, MOST_AT_ONCE)
      const found = await find(some.map(([key]) => key)).catch((error: unknown) => ({ error }))
      for (const [key, answer] of some) {
        asked.delete(key)
        if ("error" in found) answer.reject(found.error)
        else answer.resolve(remember(key, found.get(key)))
      }
    }
    isAsking = false
  }

  function remember(key: string, row: KeyRow | undefined): Principal | undefined {
    known.delete(key)
    if (row === undefined) {
      keep(wrong, key, { untilMs: Date.now() + KNOWN_FOR_MS })
      return undefined
    }
    const principal = principalOf(row)
    const untilMs = Date.now() + Math.min(KNOWN_FOR_MS, row.validForMs ?? KNOWN_FOR_MS)
    keep(known, key, { principal, untilMs })
    return principal
  }
}

/** A clock that was set back doesn't make an answer last. */
function isFresh(untilMs: number, nowMs: number): boolean {
  return untilMs > nowMs && untilMs - nowMs <= KNOWN_FOR_MS
}

/** The one that was stored first is forgotten first. */
function keep<Value>(answers: Map<string, Value>, key: string, value: Value): void {
  answers.delete(key)
  answers.set(key, value)
  if (answers.size <= MOST_KNOWN) return
  for (const oldest of answers.keys()) {
    answers.delete(oldest)
    return
  }
}

function principalOf({ id, name, role, names, queues }: KeyRow): Principal {
  return { id: `key:${id}`, name, role, ...(names && { names }), ...(queues && { queues }) }
}

async function findBySecret(
  database: Queryable,
  schema: string,
  hashes: readonly string[],
): Promise<Map<string, KeyRow>> {
  const call = protocolCall(schema, "verify_api_keys", { p_hashes: toPgTextArray(hashes) })
  const found: { hash: string; principal: KeyRow }[] = await readJson(database, call)
  return new Map(found.map(({ hash, principal }) => [hash, principal]))
}

async function findById(
  database: Queryable,
  schema: string,
  ids: readonly string[],
): Promise<Map<string, KeyRow>> {
  const call = protocolCall(schema, "principals_of_keys", { p_ids: toPgArray(ids) })
  const found: KeyRow[] = await readJson(database, call)
  return new Map(found.map((row) => [row.id, row]))
}
