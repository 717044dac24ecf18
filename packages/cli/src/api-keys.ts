import type { ApiKey, ApiKeySettings, NewApiKey, Sluice } from "@sluice/core"
import { UsageError } from "./option-spec.ts"
import type { Options } from "./options.ts"
import { type Cell, table } from "./output/table.ts"
import { printJson, styled } from "./output/terminal.ts"
import { fromNow } from "./output/times.ts"
import { withSluice } from "./with-sluice.ts"

/** Makes a key of the API, and prints its secret. */
export async function createApiKey(options: Options, words: readonly string[]): Promise<number> {
  const [name] = words as [string]
  const { role, onlyName, onlyQueue, validFor } = options
  if (role === undefined)
    throw new UsageError("What may the key do? Give --role enqueuer, reader, operator or admin")
  const settings: ApiKeySettings = {
    name,
    role,
    ...(onlyName && { names: onlyName }),
    ...(onlyQueue && { queues: onlyQueue }),
    ...(validFor !== undefined && { expiresIn: validFor }),
  }
  printSecret(options, await withSluice(options, (sluice) => sluice.createApiKey(settings)))
  return 0
}

/** Gives a key another secret, and prints it. */
export async function rotateApiKey(options: Options, words: readonly string[]): Promise<number> {
  const [id] = words as [string]
  const { overlap } = options
  const key = await withSluice(options, async (sluice) => {
    await refuseName(sluice, "rotate", id)
    return sluice.rotateApiKey(id, overlap === undefined ? {} : { overlap })
  })
  printSecret(options, key)
  return 0
}

/** Keys may have the same name, so only an id says which one. */
async function refuseName(sluice: Sluice, verb: string, word: string): Promise<void> {
  if (/^\d+$/.test(word)) return
  const named = (await sluice.listApiKeys()).filter(({ name, revokedAt }) => name === word && !revokedAt)
  const hint =
    named.length === 1
      ? `that of ${word} is ${named[0]?.id}: sluice api-keys ${verb} ${named[0]?.id}`
      : "sluice api-keys list shows them"
  throw new UsageError(`${JSON.stringify(word)} isn't the id of a key; ${hint}`)
}

/** The secret alone goes to the standard output, so that a script can take it. */
function printSecret(options: Options, key: NewApiKey): void {
  if (options.json) {
    printJson(key)
    return
  }
  console.error(`The key ${key.name} has the id ${key.id}. Its secret, which is not shown again:`)
  console.log(key.secret)
  if (key.oldSecretUntil)
    console.error(styled(`The one before stops working ${fromNow(key.oldSecretUntil)}.`, "dim"))
}

/** Ends a key. */
export async function revokeApiKey(options: Options, words: readonly string[]): Promise<number> {
  const [id] = words as [string]
  const key = await withSluice(options, async (sluice) => {
    await refuseName(sluice, "revoke", id)
    return sluice.revokeApiKey(id)
  })
  if (options.json) printJson(key)
  else
    console.log(
      `The key ${key.name} is revoked, and tokens that it asked for end with it. Processes that have just verified it accept it for 30 seconds.`,
    )
  return 0
}

/** Prints the keys, without their secrets. */
export async function listApiKeys(options: Options): Promise<number> {
  const keys = await withSluice(options, (sluice) => sluice.listApiKeys())
  if (options.json) printJson({ keys })
  else if (keys.length === 0) console.log("There is no key: sluice api-keys create makes one.")
  else console.log(table(["id", "name", "role", "secret", "only", "last used", ""], keys.map(row)))
  return 0
}

function row({ id, name, role, hint, names, queues, lastUsedAt, ...key }: ApiKey): Cell[] {
  const only = [...(names ?? []), ...(queues ?? []).map((queue) => `queue ${queue}`)].join(", ")
  return [id, name, role, `${hint}…`, only, lastUsedAt ? fromNow(lastUsedAt) : "never", endOf(key)]
}

function endOf({ revokedAt, expiresAt }: Pick<ApiKey, "revokedAt" | "expiresAt">): Cell {
  if (revokedAt) return [`revoked ${fromNow(revokedAt)}`, "red"]
  if (expiresAt === null) return ""
  return expiresAt.getTime() < Date.now()
    ? [`expired ${fromNow(expiresAt)}`, "red"]
    : [`expires ${fromNow(expiresAt)}`, "yellow"]
}
