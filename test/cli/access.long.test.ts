import { userInfo } from "node:os"
import { createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { sluiceOn } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const run = sluiceOn(database.url)

beforeEach(() => database.rows("truncate sluice.audit_log, sluice.api_keys restart identity"))

test("a key is made, whose secret alone goes to the standard output", async () => {
  const { code, stdout, stderr } = await run(
    ..."api-keys create checkout --role enqueuer --only-name charge --only-name refund --only-queue money --valid-for 90d".split(
      " ",
    ),
  )
  expect(code).toBe(0)
  expect(stderr).toContain("The key checkout has the id 1.")
  expect(await sluice.verifyApiKey(stdout.trim())).toMatchObject({
    id: "key:1",
    role: "enqueuer",
    names: ["charge", "refund"],
    queues: ["money"],
  })
  const [key] = await sluice.listApiKeys()
  expect(key?.createdBy).toBe(`user:${userInfo().username}`)
  expect(Number(key?.expiresAt) - Number(key?.createdAt)).toBe(90 * 86_400_000)
})

test("keys are listed with what they may do and their ends, and rotated and revoked by id", async () => {
  expect((await run("api-keys", "list")).stdout).toContain("There is no key")
  const { secret } = await sluice.createApiKey({ name: "ada", role: "operator" })
  await sluice.createApiKey({ name: "checkout", role: "enqueuer", names: ["charge"], expiresIn: "3d" })
  const { stdout } = await run("api-keys", "list")
  expect(stdout).toMatch(/^1 +ada +operator +sluice_operator_\w{4}… +never$/m)
  expect(stdout).toMatch(/^2 +checkout +enqueuer +sluice_enqueuer_\w{4}… +charge +never +expires in \S+$/m)
  expect(stdout).not.toContain(secret)

  const rotated = await run("api-keys", "rotate", "1", "--overlap", "0s")
  expect(await sluice.verifyApiKey(rotated.stdout.trim())).toMatchObject({ name: "ada" })
  expect(await sluice.verifyApiKey(secret)).toBeUndefined()
  expect((await run("api-keys", "revoke", "2")).stdout).toContain("The key checkout is revoked")
  expect((await run("api-keys", "list")).stdout).toMatch(/^2 +checkout .*revoked/m)
  const named = await run("api-keys", "revoke", "ada")
  expect(named.stderr).toBe(
    'sluice: "ada" isn\'t the id of a key; that of ada is 1: sluice api-keys revoke 1\n',
  )
  expect(named.code).toBe(2)
  const gone = await run("api-keys", "rotate", "checkout")
  expect(gone.stderr).toBe('sluice: "checkout" isn\'t the id of a key; sluice api-keys list shows them\n')
  const unknown = await run("api-keys", "rotate", "2")
  expect(unknown.code).not.toBe(0)
  expect(unknown.stderr).toContain("No valid API key has the id 2")
})

test("a key without a role is refused, and nothing is made", async () => {
  const { code, stderr } = await run("api-keys", "create", "checkout")
  expect(code).not.toBe(0)
  expect(stderr).toContain("What may the key do? Give --role")
  expect(await sluice.listApiKeys()).toEqual([])
})

test("what a command changes is recorded as done by whoever has typed it, and a dry run isn't", async () => {
  await sluice.enqueueMany(Array.from({ length: 3 }, () => ({ name: "welcome" })))
  await run("jobs", "cancel", "--name", "welcome", "--dry-run")
  await run("jobs", "list")
  expect((await run("audit")).stdout).toBe("Nothing was recorded.\n")
  await run("jobs", "cancel", "--name", "welcome", "--yes")
  await run("jobs", "retry", "999999")
  await run("queues", "pause", "mail")
  const name = userInfo().username
  const { stdout } = await run("audit")
  expect(stdout).toMatch(new RegExp(`^\\S.* +${name} +cli +pauseQueue +mail`, "m"))
  expect(stdout).toMatch(/cancelJobs +\{"filter":\{"name":"welcome"\}\} +3 of 3/)
  expect(stdout).toMatch(/retryJob +999999 +failed: No job has the id 999999/)
  const { actions } = JSON.parse((await run("audit", "--action", "cancelJobs", "--json")).stdout)
  expect(actions).toMatchObject([
    { actor: { id: `user:${name}` }, via: "cli", matched: 3, changed: 3, outcome: "done" },
  ])
})
