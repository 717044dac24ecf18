import { cp, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { actingAs, createSluice, defineEvent, defineJob, drain } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { beforeAll, expect, onTestFinished, test } from "vitest"
import { partitionsOf } from "../maintenance/partitions.ts"
import { eventually } from "../support/eventually.ts"
import { createRoles, grantRights } from "./roles.ts"

const roles = await createRoles()
const { database } = roles
const owner = roles.pool("owner")
const happened = defineEvent("happened")
const jobs = [
  defineJob({ name: "plain", perform() {} }),
  defineJob({ name: "fails", maxAttempts: 1, perform: () => Promise.reject(new Error("no")) }),
  defineJob({ name: "transactional", transactional: true, perform: () => ({ done: true }) }),
  defineJob({ name: "steps", perform: async (_payload, context) => context.step("one", () => 1) }),
  defineJob({
    name: "subscribes",
    on: [happened],
    perform: (_payload: unknown, context) => context.waitForEvent(happened),
  }),
]
const sluiceOf = (kind: "enqueuer" | "drainer" | "reader") =>
  createSluice({ database: roles.pool(kind), jobs: jobs as never, wake: async () => void wakes++ })
const [enqueuer, drainer, reader] = [sluiceOf("enqueuer"), sluiceOf("drainer"), sluiceOf("reader")]
const denied = expect.objectContaining({ message: expect.stringContaining("permission denied") })
let id: string
let wakes = 0

beforeAll(async () => {
  const { applied } = await migrate(roles.url("owner"))
  expect(applied.at(-1)).toBe("functions")
  await grantRights(roles, owner)
})

test("a role that owns the schema, and may create nothing else, migrates; up to date, one that only reads may ask for it", async () => {
  expect(await migrate(roles.url("owner"), { owner: "app/test" })).toEqual({ applied: [] })
  for (const kind of ["owner", "reader"] as const)
    expect(await migrate(roles.url(kind), { owner: "app/test" })).toEqual({ applied: [] })
  await expect(migrate(roles.url("reader"), { schema: "elsewhere" })).rejects.toMatchObject({
    name: "SchemaError",
    code: "not_permitted",
    message: expect.stringContaining("elsewhere"),
  })
})

test("no role but the owner reads, makes or ends API keys, or reads the audit log; those that serve requests verify and record", async () => {
  const own = createSluice({ database: owner })
  const { secret, id: key } = await own.createApiKey({ name: "checkout", role: "enqueuer" })
  for (const sluice of [enqueuer, drainer, reader]) {
    for (const refused of [
      () => sluice.createApiKey({ name: "mine", role: "admin" }),
      () => sluice.rotateApiKey(key),
      () => sluice.revokeApiKey(key),
      () => sluice.listApiKeys(),
      () => sluice.listActions(),
      () => sluice.database.query("select hash from sluice.api_keys"),
      () => sluice.database.query("select id from sluice.audit_log"),
      () => sluice.database.query("update sluice.api_keys set role = 'admin'"),
      () => sluice.database.query("delete from sluice.audit_log"),
    ])
      await expect(refused()).rejects.toEqual(denied)
  }
  for (const sluice of [enqueuer, drainer])
    expect(await sluice.verifyApiKey(secret)).toMatchObject({ id: `key:${key}` })
  await expect(reader.verifyApiKey(secret)).rejects.toEqual(denied)
  const ada = { id: "user:ada", name: "Ada", role: "operator" } as const
  await actingAs(drainer, ada, "cli").pauseName("nothing")
  await expect(actingAs(enqueuer, ada, "cli").pauseName("nothing")).rejects.toEqual(denied)
  expect((await own.listActions()).actions).toMatchObject([{ action: "pauseName", outcome: "done" }])
})

test("the enqueuer enqueues, and nothing else", async () => {
  id = (await enqueuer.enqueue("plain", { to: "ada" }, { uniqueKey: "u", idempotencyKey: "i" })).id
  await enqueuer.enqueueMany([
    { name: "plain", options: { concurrencyKey: "k" } },
    { name: "fails" },
    { name: "transactional" },
    { name: "steps" },
  ])
  await enqueuer.database.query(
    `select sluice.enqueue('plain', '{}', '{"delay": "1h", "idempotencyKey": "j"}')`,
  )
  expect(wakes).toBeGreaterThan(0)

  await expect(enqueuer.getJob(id)).rejects.toEqual(denied)
  await expect(enqueuer.listQueues()).rejects.toEqual(denied)
  await expect(enqueuer.pauseQueue("default")).rejects.toEqual(denied)
  for (const statement of [
    "select from sluice.jobs",
    "delete from sluice.jobs",
    "update sluice.jobs set priority = 0",
    "insert into sluice.jobs (name, state) values ('any', 'ready')",
    "select nextval('sluice.job_ids')",
    "select sluice.force_maintenance('0 days')",
    "select sluice.run_maintenance()",
    "select sluice.register_definitions('[]', false)",
    "select sluice.note_definitions('[]')",
    "select sluice.set_keys('[]')",
    "select from sluice.read_unkeyed('{plain}', 1, 1)",
    "update sluice.settings set retention = '1 day'",
    "select from sluice.job_history",
    "select from sluice.job_failures",
    "select sluice.set_schedule('a', '{}')",
    "select from sluice.waits",
    "create table sluice.mine ()",
  ]) {
    await expect(enqueuer.database.query(statement), statement).rejects.toEqual(denied)
  }
})

test("the enqueuer completes what a job waits for", async () => {
  await expect(enqueuer.completeWait("unknown")).rejects.toMatchObject({ code: "wait_not_found" })
  await enqueuer.completeWait("token", { by: "ada" }, { early: true })
  await expect(enqueuer.completeWait("token")).rejects.toMatchObject({ code: "wait_completed" })
})

test("views are for the reader, for a role that may read one of them and no table, and not for the enqueuer", async () => {
  const read = "select id, state from sluice.unfinished_jobs where name = 'plain' and unique_key = 'u'"
  expect((await reader.database.query(read)).rows).toEqual([{ id, state: "ready" }])
  await expect(enqueuer.database.query(read)).rejects.toEqual(denied)
  await owner.query(`grant select on sluice.unfinished_jobs to ${roles.names.enqueuer}`)
  expect((await enqueuer.database.query(read)).rows).toEqual([{ id, state: "ready" }])
  await expect(enqueuer.database.query("select from sluice.jobs")).rejects.toEqual(denied)
  await owner.query(`revoke select on sluice.unfinished_jobs from ${roles.names.enqueuer}`)
})

test("the reader reads, and changes nothing", async () => {
  expect(await reader.getJob(id)).toMatchObject({ id, state: "ready", payload: { to: "ada" } })
  expect(await reader.listQueues()).toMatchObject([{ name: "default", ready: 5 }])
  expect(await reader.getBacklog()).toMatchObject({ ready: 5 })
  await expect(reader.enqueue("plain", {})).rejects.toEqual(denied)
  await expect(reader.pauseQueue("default")).rejects.toEqual(denied)
  for (const statement of [
    "select sluice.enqueue('plain')",
    "select sluice.force_maintenance('0 days')",
    "select sluice.request_wake()",
    "delete from sluice.jobs",
    "select nextval('sluice.job_ids')",
    "create table sluice.mine ()",
  ]) {
    await expect(reader.database.query(statement), statement).rejects.toEqual(denied)
  }
})

test("the drainer drains, and keeps the history's partitions, though it owns nothing", async () => {
  const [missing] = (await partitionsOf(database, "finished")).slice(-1)
  await database.pool.query(`drop table sluice.${missing?.name}`)
  await database.pool.query("update sluice.maintenance_steps set next_at = '-infinity'")
  const warnings: unknown[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (...told: unknown[]) => warnings.push(told) }
  expect(await drain(drainer, { connect: connectAsDrainer, log: log as never })).toMatchObject({
    succeeded: 4,
    discarded: 1,
  })
  expect(warnings).toEqual([["Job discarded", expect.anything()]])
  // the maintenance goes on beside a drain: one that ends soon may leave it to the next
  await eventually(async () => {
    await drain(drainer, { connect: connectAsDrainer, log: log as never })
    expect((await partitionsOf(database, "finished")).slice(-1)).toEqual([missing])
  })
  expect(await drainer.getJob(id)).toMatchObject({ state: "succeeded" })
  await drainer.pauseQueue("default")
  await drainer.resumeQueue("default")
  await drainer.enqueue("plain", {})

  for (const statement of [
    "create table sluice.mine ()",
    "delete from sluice.migrations",
    "delete from sluice.owner",
    "update sluice.settings set retention = '1 day'",
    "select sluice.register_definitions('[]', true)",
    "update sluice.maintenance_steps set next_at = now()",
  ]) {
    await expect(drainer.database.query(statement), statement).rejects.toEqual(denied)
  }
  await expect(drainer.database.query("drop table sluice.pauses")).rejects.toThrow("must be owner")
})

test("what an upgrade adds is granted to those who have everything of its kind, and what it replaces stays granted", async () => {
  const directory = await mkdtemp(join(tmpdir(), "sluice-upgrade-"))
  onTestFinished(() => rm(directory, { recursive: true }))
  await cp(new URL("../../migrations", import.meta.url), directory, { recursive: true })
  await writeFile(
    join(directory, "0999_added.sql"),
    "create table added (id bigint default nextval('job_ids'));",
  )
  await writeFile(
    join(directory, "functions/add_one.sql"),
    "create or replace function add_one() returns void language sql volatile set search_path from current as 'insert into added default values'",
  )
  expect(await migrate(roles.url("owner"), { directory })).toEqual({ applied: ["0999_added", "functions"] })
  await drainer.database.query("select sluice.add_one()")
  expect((await reader.database.query("select * from sluice.added")).rows).toHaveLength(1)
  await expect(enqueuer.database.query("select sluice.add_one()")).rejects.toEqual(denied)
  expect(await enqueuer.enqueue("plain", {})).toMatchObject({ status: "enqueued" })
})

test("no function that runs with the owner's rights is everybody's to call", async () => {
  const open = await database.rows(
    "select proname from pg_proc where pronamespace = 'sluice'::regnamespace and prosecdef and has_function_privilege('public', oid, 'execute')",
  )
  expect(open).toEqual([])
})

test("the enqueuer emits events, which enqueue jobs and resume those that wait", async () => {
  await drain(drainer, { connect: connectAsDrainer })
  expect(await enqueuer.emit(happened, {}, { idempotencyKey: "1" })).toMatchObject({
    jobs: [expect.any(String)],
    resumed: 0,
  })
  await drain(drainer, { connect: connectAsDrainer })
  const request = { key: "r", fingerprint: "f" }
  expect(await enqueuer.emit("happened", {}, { request })).toMatchObject({ resumed: 1 })
  await enqueuer.database.query("select * from sluice.emit('nobody.cares')")
  await drain(drainer, { connect: connectAsDrainer })
})

async function connectAsDrainer() {
  const client = new pg.Client({ connectionString: roles.url("drainer") })
  await client.connect()
  return client
}
