import { createHash } from "node:crypto"
import { createSluice, type Queryable, type Role } from "@sluice/core"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Another process: it has verified nothing yet, and counts its queries. */
function otherProcess() {
  let queries = 0
  let open = 0
  let mostOpen = 0
  const counting: Queryable = {
    async query(text, values) {
      queries++
      mostOpen = Math.max(mostOpen, ++open)
      return database.pool.query(text, values).finally(() => open--)
    },
  }
  const other = createSluice({ database: counting })
  return Object.assign(other, { queries: () => queries, mostOpen: () => mostOpen })
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex")
}

function laterBy(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

test("a key is verified by its secret, as who acts with it", async () => {
  const { id, secret } = await sluice.createApiKey({
    name: "checkout",
    role: "enqueuer",
    names: ["charge"],
    queues: ["money", "mail"],
  })
  expect(await sluice.verifyApiKey(secret)).toEqual({
    id: `key:${id}`,
    name: "checkout",
    role: "enqueuer",
    names: ["charge"],
    queues: ["money", "mail"],
  })
  const reader = await sluice.createApiKey({ name: "charts", role: "reader" })
  expect(await sluice.verifyApiKey(reader.secret)).toEqual({
    id: `key:${reader.id}`,
    name: "charts",
    role: "reader",
  })
})

test("the secret is stored nowhere, and no two are alike", async () => {
  const secrets = new Set<string>()
  for (const role of ["enqueuer", "reader", "operator", "admin"] as Role[]) {
    const key = await sluice.createApiKey({ name: "new", role })
    expect(key.secret).toMatch(new RegExp(`^sluice_${role}_[0-9a-z]{56}$`))
    expect(key.secret).toContain(key.hint)
    expect(key.hint).toHaveLength(`sluice_${role}_`.length + 4)
    secrets.add(key.secret)
  }
  expect(secrets.size).toBe(4)
  const [{ stored }] = await database.rows("select json_agg(k)::text as stored from sluice.api_keys k")
  for (const secret of secrets) expect(stored).not.toContain(secret.slice(20))
  for (const key of await sluice.listApiKeys()) expect(key).not.toHaveProperty("secret")
})

test("a secret that was mistyped, cut off or made up costs no query", async () => {
  const { secret } = await sluice.createApiKey({ name: "new", role: "reader" })
  const process = otherProcess()
  const last = secret.endsWith("0") ? "1" : "0"
  for (const wrong of [
    secret.slice(0, -1),
    secret.slice(0, -1) + last,
    secret.toUpperCase(),
    secret.replace("reader", "admin"),
    `${secret} `,
    "",
    "test-key",
  ])
    expect(await process.verifyApiKey(wrong), wrong).toBeUndefined()
  expect(process.queries()).toBe(0)
  expect(await process.verifyApiKey(secret)).toBeDefined()
})

test("a key that is used all the time costs one query in 30 seconds", async () => {
  const { secret, id } = await sluice.createApiKey({ name: "busy", role: "reader" })
  const process = otherProcess()
  for (let second = 0; second < 30; second++) {
    expect(await process.verifyApiKey(secret)).toMatchObject({ id: `key:${id}` })
    laterBy(999)
  }
  expect(process.queries()).toBe(1)
  laterBy(1_000)
  expect(await process.verifyApiKey(secret)).toMatchObject({ id: `key:${id}` })
  expect(process.queries()).toBe(2)
})

test("a flood of wrong keys that look right is looked for by one query at a time, and remembered", async () => {
  const keys = await Promise.all(
    Array.from({ length: 50 }, () => sluice.createApiKey({ name: "gone", role: "reader" })),
  )
  await database.rows("delete from sluice.api_keys where name = 'gone'")
  const { secret } = await sluice.createApiKey({ name: "right", role: "reader" })
  const process = otherProcess()
  const wrong = keys.map((key) => process.verifyApiKey(key.secret))
  expect(await process.verifyApiKey(secret)).toBeDefined()
  for (const answer of await Promise.all(wrong)) expect(answer).toBeUndefined()
  expect(process.mostOpen()).toBe(1)
  expect(process.queries()).toBeLessThanOrEqual(2)
  for (const key of keys) await process.verifyApiKey(key.secret)
  expect(process.queries()).toBeLessThanOrEqual(2)
})

test("a failed query refuses those who wait for it, and is not remembered", async () => {
  const { secret } = await sluice.createApiKey({ name: "new", role: "reader" })
  let fails = true
  const other = createSluice({
    database: {
      query: (text, values) =>
        fails ? Promise.reject(new Error("down")) : database.pool.query(text, values),
    },
  })
  await expect(Promise.all([other.verifyApiKey(secret), other.verifyApiKey(secret)])).rejects.toThrow("down")
  fails = false
  expect(await other.verifyApiKey(secret)).toBeDefined()
})

test("a revoked key is refused by other processes at once, and by those that have just verified it after 30 seconds", async () => {
  const { secret, id } = await sluice.createApiKey({ name: "leaked", role: "admin" })
  await sluice.verifyApiKey(secret)
  await sluice.getPrincipal(`key:${id}`)
  expect((await sluice.revokeApiKey(id)).revokedAt).toBeInstanceOf(Date)
  expect(await otherProcess().verifyApiKey(secret)).toBeUndefined()
  expect(await otherProcess().getPrincipal(`key:${id}`)).toBeUndefined()
  laterBy(30_000)
  expect(await sluice.verifyApiKey(secret)).toBeUndefined()
  expect(await sluice.getPrincipal(`key:${id}`)).toBeUndefined()
})

test("revoking a key again changes nothing", async () => {
  const { id } = await sluice.createApiKey({ name: "leaked", role: "reader" })
  const first = await sluice.revokeApiKey(id)
  expect(await sluice.revokeApiKey(id)).toEqual(first)
})

test("a key ends when it expires, also where it was just verified", async () => {
  const { secret, id } = await sluice.createApiKey({ name: "guest", role: "reader", expiresIn: "10s" })
  const process = otherProcess()
  expect(await process.verifyApiKey(secret)).toBeDefined()
  await database.rows("update sluice.api_keys set expires_at = now() where id = $1", [id])
  laterBy(9_000)
  expect(await process.verifyApiKey(secret)).toBeDefined()
  laterBy(1_001)
  expect(await process.verifyApiKey(secret)).toBeUndefined()
  await expect(sluice.rotateApiKey(id)).rejects.toThrow(`No valid API key has the id ${id}`)
})

test("after a rotation both secrets are valid until the overlap is over", async () => {
  const old = await sluice.createApiKey({ name: "checkout", role: "operator" })
  const rotated = await sluice.rotateApiKey(old.id)
  expect(rotated).toMatchObject({ id: old.id, name: "checkout", role: "operator" })
  expect(Number(rotated.oldSecretUntil) - Number(rotated.rotatedAt)).toBe(86_400_000)
  for (const secret of [old.secret, rotated.secret])
    expect(await otherProcess().verifyApiKey(secret)).toMatchObject({ id: `key:${old.id}` })
  await database.rows("update sluice.api_keys set old_until = now() where id = $1", [old.id])
  expect(await otherProcess().verifyApiKey(old.secret)).toBeUndefined()
  expect(await otherProcess().verifyApiKey(rotated.secret)).toBeDefined()
})

test("the secret before is remembered for no longer than it is valid", async () => {
  const old = await sluice.createApiKey({ name: "checkout", role: "operator" })
  await sluice.rotateApiKey(old.id, { overlap: "5s" })
  const process = otherProcess()
  expect(await process.verifyApiKey(old.secret)).toBeDefined()
  await database.rows("update sluice.api_keys set old_until = now() where id = $1", [old.id])
  laterBy(5_001)
  expect(await process.verifyApiKey(old.secret)).toBeUndefined()
})

test("without an overlap the secret before ends at once, and a second rotation ends the first secret", async () => {
  const first = await sluice.createApiKey({ name: "leaked", role: "reader" })
  const second = await sluice.rotateApiKey(first.id, { overlap: 0 })
  expect(await otherProcess().verifyApiKey(first.secret)).toBeUndefined()
  const third = await sluice.rotateApiKey(first.id)
  await database.rows("update sluice.api_keys set rotated_at = now() - interval '61 seconds' where id = $1", [
    first.id,
  ])
  const fourth = await sluice.rotateApiKey(first.id)
  expect(await otherProcess().verifyApiKey(second.secret)).toBeUndefined()
  expect(await otherProcess().verifyApiKey(third.secret)).toBeDefined()
  expect(await otherProcess().verifyApiKey(fourth.secret)).toBeDefined()
})

test("of two rotations at once, as by two clicks, the secret that is in use stays valid", async () => {
  const used = await sluice.createApiKey({ name: "clicked", role: "reader" })
  const rotations = await Promise.all([sluice.rotateApiKey(used.id), sluice.rotateApiKey(used.id)])
  expect(await otherProcess().verifyApiKey(used.secret)).toBeDefined()
  const valid = await Promise.all(rotations.map(({ secret }) => otherProcess().verifyApiKey(secret)))
  expect(valid.filter((one) => one !== undefined)).toHaveLength(1)
  await sluice.rotateApiKey(used.id, { overlap: 0 })
  expect(await otherProcess().verifyApiKey(used.secret)).toBeUndefined()
})

test("the last use is noted once an hour", async () => {
  const { secret, id } = await sluice.createApiKey({ name: "used", role: "reader" })
  const lastUsed = async () => (await sluice.listApiKeys()).find((key) => key.id === id)?.lastUsedAt
  expect(await lastUsed()).toBeNull()
  await otherProcess().verifyApiKey(secret)
  expect(await lastUsed()).toBeInstanceOf(Date)
  const usedAgo = (minutes: number) =>
    database.rows(
      "update sluice.api_keys set last_used_at = now() - $2 * interval '1 minute' where id = $1",
      [id, minutes],
    )
  await usedAgo(59)
  const before = await lastUsed()
  await otherProcess().verifyApiKey(secret)
  expect(await lastUsed()).toEqual(before)
  await usedAgo(61)
  await otherProcess().verifyApiKey(secret)
  expect(Number(await lastUsed()) - Number(before)).toBeGreaterThan(0)
})

test("a key that somebody changes is verified without waiting", async () => {
  const { secret, id } = await sluice.createApiKey({ name: "used", role: "reader" })
  const client = await database.connect()
  await client.query("begin")
  await client.query("update sluice.api_keys set name = 'renamed' where id = $1", [id])
  expect(await otherProcess().verifyApiKey(secret)).toMatchObject({ name: "used" })
  await client.query("rollback")
  await client.end()
})

test("a session's principal is found by its id", async () => {
  const { id } = await sluice.createApiKey({ name: "ada", role: "operator" })
  expect(await sluice.getPrincipal(`key:${id}`)).toEqual({ id: `key:${id}`, name: "ada", role: "operator" })
  for (const other of ["key:999999", "key:x", id, "environment", "oidc:ada@example.org"])
    expect(await sluice.getPrincipal(other), other).toBeUndefined()
})

test("a session's principal is found by its secret, if that is the key's and has not ended", async () => {
  const key = await sluice.createApiKey({ name: "ada", role: "operator" })
  const other = await sluice.createApiKey({ name: "bob", role: "operator" })
  const find = (secretHash: string) => otherProcess().getPrincipal(`key:${key.id}`, { secretHash })
  const hash = hashOf(key.secret)
  expect(await find(hash)).toMatchObject({ name: "ada" })
  for (const wrong of [hashOf(other.secret), key.secret, "", "zz", `{${hash}}`])
    expect(await find(wrong), wrong).toBeUndefined()
  await sluice.rotateApiKey(key.id, { overlap: 0 })
  expect(await find(hash)).toBeUndefined()
})

test("what can't be a key is refused", async () => {
  const create = (settings: object) => sluice.createApiKey(settings as never)
  const cases: [object, string][] = [
    [{ role: "reader" }, "name is missing"],
    [{ name: "", role: "reader" }, 'name is ""'],
    [{ name: "x" }, "role is missing"],
    [{ name: "x", role: "owner" }, 'role is "owner"'],
    [{ name: "x", role: "__proto__" }, 'role is "__proto__"'],
    [{ name: "x", role: "reader", names: ["a"] }, "only enqueuers are limited"],
    [{ name: "x", role: "admin", queues: ["a"] }, "only enqueuers are limited"],
    [{ name: "x", role: "enqueuer", names: [] }, "names is []"],
    [{ name: "x", role: "enqueuer", names: ["a b"] }, "names.0 is"],
    [{ name: "x", role: "enqueuer", queues: "mail" }, 'queues is "mail"'],
    [{ name: "x", role: "reader", expiresIn: 0 }, "expiresIn is 0"],
    [{ name: "x", role: "reader", expiresIn: "1d", expiresAt: new Date() }, "not both"],
    [{ name: "x", role: "reader", expiresAt: "2020-01-31T12:00:00Z" }, "an instant that has not passed"],
    [{ name: "x", role: "reader", scopes: [] }, "scopes"],
  ]
  const before = await database.rows("select count(*)::int from sluice.api_keys")
  for (const [settings, says] of cases) await expect(create(settings), says).rejects.toThrow(says)
  expect(await database.rows("select count(*)::int from sluice.api_keys")).toEqual(before)
  await expect(sluice.rotateApiKey("1; drop")).rejects.toThrow("the id of an API key")
  await expect(sluice.rotateApiKey("1", { overlap: "91d" })).rejects.toThrow("overlap")
  await expect(sluice.revokeApiKey("999999")).rejects.toThrow("No API key has the id 999999")
})
