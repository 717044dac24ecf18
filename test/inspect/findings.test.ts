import { createSluice } from "@sluice/core"
import pg from "pg"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

async function find(check: string) {
  return (await sluice.examine()).find((finding) => finding.check === check)
}

test("a migrated database is well: nothing is wrong with it", async () => {
  const findings = await sluice.examine({ maxDrainers: 5 })
  expect(findings.filter(({ level }) => level === "wrong")).toEqual([])
  expect(findings.map(({ check }) => check)).toEqual([
    "directConnection",
    "serverVersion",
    "schemaVersion",
    "writes",
    ...findings.filter(({ check }) => check === "serverSettings").map(({ check }) => check),
    "clock",
    "roomForLocks",
    "roomForConnections",
    "oldestTransaction",
    "history",
    "upkeep",
    "bloat",
    "timeoutsFit",
    "namesKnown",
    "queuesServed",
  ])
})

test("a database without Sluice's schema is told to migrate, and nothing else", async () => {
  const empty = createSluice({ database: database.pool, schema: "elsewhere" })
  expect(await empty.examine()).toMatchObject([
    { check: "directConnection", level: "ok", code: "connection_direct" },
    { check: "serverVersion", level: "ok" },
    { check: "schemaVersion", level: "wrong", remedy: "Run sluice migrate" },
  ])
})

test("the room is computed for as many drainers as the pools of the last day may have", async () => {
  expect((await find("roomForConnections"))?.text).toContain("10 drainers use")
  await database.rows(`insert into sluice.drainers (slot, slots, backend_pid, label, pool, ended_at, ending) values
    (1, 50, 1, 'before', null, now() - interval '2 days', 'closed'),
    (1, 90, 2, 'changed', null, now() - interval '2 hours', 'closed'),
    (1, 3, 3, 'default', null, now() - interval '1 hour', 'closed'),
    (1, 4, 4, 'heavy', row(array['heavy'], false, null)::sluice.pool, now(), 'closed')`)
  expect((await find("roomForConnections"))?.text).toContain("7 drainers use")
  expect((await find("roomForLocks"))?.text).toMatch(/7 drainers (would )?use/)
  const asked = await sluice.examine({ maxDrainers: 2 })
  expect(asked.find(({ check }) => check === "roomForLocks")?.text).toMatch(/2 drainers (would )?use/)
  await database.rows("delete from sluice.drainers")
})

test("a transaction that is open for long is told with who has it", async () => {
  const client = await database.pool.connect()
  onTestFinished(async () => {
    await client.query("rollback")
    client.release()
  })
  await client.query("begin")
  const { rows } = await client.query("select pg_backend_pid() as pid, now() as since")
  expect(await find("oldestTransaction")).toMatchObject({ level: "ok" })
  // nobody can wait for an hour: the function says that it is later
  await laterBy("2 hours", async () => {
    const finding = await find("oldestTransaction")
    expect(finding).toMatchObject({
      level: "wrong",
      text: expect.stringContaining(`pid ${rows[0].pid}, role`),
      code: "transaction_long",
      values: expect.objectContaining({ pid: String(rows[0].pid) }),
      remedy: expect.stringContaining(`pg_terminate_backend(${rows[0].pid})`),
    })
    expect(finding?.text).toContain("open for 2 hours")
  })
})

test("a server whose clock differs from this machine's is noted", async () => {
  expect(await find("clock")).toMatchObject({ level: "ok" })
  await laterBy("10 minutes", async () => {
    expect(await find("clock")).toMatchObject({
      level: "note",
      text: expect.stringMatching(/^the database's clock is \d+ minutes ahead of that of this machine$/),
    })
  })
})

test("a role that may only read is wrong, because whatever it enqueues fails", async () => {
  const role = new pg.Pool({ connectionString: database.url, options: "-c default_transaction_read_only=on" })
  onTestFinished(() => role.end())
  const findings = await createSluice({ database: role }).examine()
  expect(findings.filter(({ level }) => level === "wrong")).toEqual([
    {
      check: "writes",
      level: "wrong",
      code: "writes_off",
      values: {},
      text: "the setting default_transaction_read_only is on for this role: with it, nothing can be enqueued or performed",
      remedy: expect.stringMatching(/^Turn it off/),
    },
  ])
})

test("settings that lose jobs are noted", async () => {
  await database.pool.query(`alter function sluice.examine_server set synchronous_commit = off`)
  onTestFinished(async () => {
    await database.pool.query("alter function sluice.examine_server reset synchronous_commit")
  })
  const findings = await sluice.examine()
  expect(findings.find(({ code }) => code === "synchronous_commit_off")).toEqual({
    check: "serverSettings",
    level: "note",
    code: "synchronous_commit_off",
    values: {},
    text: "the setting synchronous_commit is off: a crash of the server can lose jobs of the last second",
    remedy: "Turn on synchronous_commit",
  })
})

test("a server that never clears dead rows away is wrong", async () => {
  await withText("current_setting(name, true)", "case name when 'autovacuum' then 'off' end", async () => {
    expect(await find("serverSettings")).toEqual({
      check: "serverSettings",
      level: "wrong",
      code: "autovacuum_off",
      values: {},
      text: "the setting autovacuum is off: dead rows are never cleared away",
      remedy: "Turn on autovacuum",
    })
  })
})

test("what can't be examined is a finding, and the rest is examined all the same", async () => {
  await database.pool.query("alter function sluice.examine_upkeep rename to moved")
  onTestFinished(async () => {
    await database.pool.query("alter function sluice.moved rename to examine_upkeep")
  })
  const findings = await sluice.examine()
  expect(findings.find(({ check }) => check === "upkeep")).toMatchObject({
    level: "wrong",
    text: expect.stringMatching(/^not examined: /),
  })
  expect(findings.map(({ check }) => check)).toContain("namesKnown")
})

function laterBy(interval: string, work: () => Promise<void>): Promise<void> {
  return withText("clock_timestamp()", `clock_timestamp() + interval '${interval}'`, work)
}

async function withText(text: string, other: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await database.pool.query(
    "select pg_get_functiondef('sluice.examine_server'::regproc) as definition",
  )
  const { definition } = rows[0]
  expect(definition).toContain(text)
  await database.pool.query(definition.replace(text, other))
  try {
    await work()
  } finally {
    await database.pool.query(definition)
  }
}
