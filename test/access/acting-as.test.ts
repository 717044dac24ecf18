import { actingAs, createSluice, ForbiddenError, type Principal, type Role, type Sluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const logged: string[] = []
const log = {
  debug() {},
  info() {},
  warn() {},
  error: (message: string, details?: object) => void logged.push(`${message} ${JSON.stringify(details)}`),
}
const sluice = createSluice({ database: database.pool, log })
const ada: Principal = { id: "oidc:ada@example.org", name: "Ada", role: "operator" }

const ROLES: Role[] = ["enqueuer", "reader", "operator", "admin"]
const READS = /^(count|examine|get|list|sample|waitFor)/
const ENQUEUES = /^(enqueue|addToBatch|emit$|completeWait$|wake$|verifyApiKey$)/
const ADMINISTERS = /ApiKeys?$|^listActions$|^getPrincipal$/

/** What the role may call, told by the names alone. */
function mayCall(role: Role, method: string): boolean {
  if (role === "admin" || method === "verifyApiKey") return role === "admin" || role !== "reader"
  if (ADMINISTERS.test(method)) return false
  if (READS.test(method)) return role !== "enqueuer"
  if (ENQUEUES.test(method)) return role !== "reader"
  return role === "operator"
}

const methods = Object.entries(sluice)
  .filter(([, member]) => typeof member === "function")
  .map(([name]) => name)

test("why an action was refused is recorded, whatever characters the error quotes", async () => {
  await database.rows("truncate sluice.audit_log")
  const acting = actingAs(sluice, ada, "api")
  for (const key of ["\0", "\ud800", "😀".repeat(300)])
    await expect(acting.updateJob("1", { tags: { [key]: 1 } } as never)).rejects.toThrow("tags")
  const { actions } = await sluice.listActions()
  expect(actions.map(({ outcome }) => outcome)).toEqual(["failed", "failed", "failed"])
  expect(logged).toEqual([])
})

test.each([0, 1])(
  "an action about more text than is recorded is done, in whatever character that is cut: %i",
  async (more) => {
    await database.rows("truncate sluice.audit_log")
    const names = Array.from({ length: 20 }, (_, at) => `${"x".repeat(100)}${at}`)
    const tags = names.map((_, at) => `${at}${"🦁".repeat(100)}`)
    const filter = { name: names, queue: names, tag: "x".repeat(more + 1) }

    await actingAs(sluice, ada, "api").updateJobs(filter, { tags })

    const [{ target, outcome }] = await database.rows("select target, outcome from sluice.audit_log")
    expect(outcome).toBe("done")
    expect(target.beginning).toHaveLength(8_000)
  },
)

for (const role of ROLES)
  for (const method of methods)
    test(`${role} ${mayCall(role, method) ? "may" : "may not"} call ${method}`, async () => {
      const acting = actingAs(sluice, { id: "key:1", name: "one", role }, "dashboard")
      const call = (acting[method as keyof Sluice] as (...given: unknown[]) => Promise<unknown>)()
      const outcome = await Promise.resolve(call).then(
        () => "allowed",
        (error) => (error instanceof ForbiddenError ? "forbidden" : "allowed"),
      )
      expect(outcome).toBe(mayCall(role, method) ? "allowed" : "forbidden")
    })

test("what was forbidden is not recorded, and has changed nothing", async () => {
  await database.rows("truncate sluice.audit_log")
  const reader = actingAs(sluice, { ...ada, role: "reader" }, "dashboard")
  await expect(reader.pauseQueue("mail")).rejects.toThrow(
    '"Ada" has the role reader: this needs the role operator',
  )
  await expect(reader.enqueue("welcome", {})).rejects.toThrow(ForbiddenError)
  expect(await sluice.listPauses()).toEqual([])
  expect(await sluice.listActions()).toEqual({ actions: [] })
})

test("an unknown role may do nothing", async () => {
  for (const role of ["owner", "toString", "__proto__", "", undefined])
    await expect(actingAs(sluice, { ...ada, role: role as Role }, "api").listQueues()).rejects.toThrow(
      ForbiddenError,
    )
})

test("who has done what to how many jobs, and how, is recorded", async () => {
  await database.rows("truncate sluice.audit_log restart identity")
  await sluice.enqueueMany([{ name: "welcome" }, { name: "welcome" }, { name: "report" }])
  const acting = actingAs(sluice, ada, "dashboard")
  await acting.cancelJobs({ name: "welcome" })
  await acting.pauseQueue("mail", { for: "5m" })
  const { actions } = await sluice.listActions()
  expect(actions).toEqual([
    {
      id: expect.any(String),
      at: expect.any(Date),
      actor: { id: "oidc:ada@example.org", name: "Ada" },
      via: "dashboard",
      action: "pauseQueue",
      target: { target: "mail", for: "5m" },
      outcome: "done",
      endedAt: expect.any(Date),
      matched: null,
      changed: null,
      detail: null,
    },
    expect.objectContaining({
      action: "cancelJobs",
      target: { filter: { name: "welcome" } },
      outcome: "done",
      matched: 2,
      changed: 2,
      detail: null,
    }),
  ])
})

test("each method that changes something is recorded, and each that reads isn't", async () => {
  for (const method of methods) {
    await database.rows("truncate sluice.audit_log")
    const acting = actingAs(sluice, { ...ada, role: "admin" }, "dashboard")
    const call = acting[method as keyof Sluice] as (...given: unknown[]) => Promise<unknown>
    await call().catch(() => {})
    const { actions } = await sluice.listActions()
    const changes = !READS.test(method) && method !== "wake" && method !== "verifyApiKey"
    expect({ method, recorded: actions.map(({ action }) => action) }).toEqual({
      method,
      recorded: changes ? [method] : [],
    })
  }
})

test("the intent is recorded before the first change, so that a crash leaves it", async () => {
  await database.rows("truncate sluice.audit_log")
  await sluice.enqueue("welcome", {})
  const { promise: began, resolve: begin } = Promise.withResolvers<void>()
  const dying = createSluice({
    log,
    database: {
      query(text, values) {
        if (!text.includes("cancel_jobs")) return database.pool.query(text, values)
        begin()
        return new Promise(() => {}) // its process is gone
      },
    },
  })
  actingAs(dying, ada, "cli")
    .cancelJobs({ name: "welcome" })
    .catch(() => {})
  await began
  expect((await sluice.listActions()).actions).toMatchObject([
    { action: "cancelJobs", via: "cli", outcome: null, endedAt: null, matched: null },
  ])
})

test("an action that can't be recorded isn't done", async () => {
  const closed = createSluice({
    log,
    database: {
      query: (text, values) =>
        text.includes("begin_action") ? Promise.reject(new Error("full")) : database.pool.query(text, values),
    },
  })
  await expect(actingAs(closed, ada, "api").pauseQueue("closed")).rejects.toThrow("full")
  expect(await sluice.listPauses()).not.toContainEqual(expect.objectContaining({ target: "closed" }))
})

test("an action that is done doesn't fail because its result can't be recorded", async () => {
  await database.rows("truncate sluice.audit_log")
  const closing = createSluice({
    log,
    database: {
      query: (text, values) =>
        text.includes("end_action") ? Promise.reject(new Error("full")) : database.pool.query(text, values),
    },
  })
  await actingAs(closing, ada, "api").pauseName("closing")
  expect((await sluice.listActions()).actions).toMatchObject([{ action: "pauseName", outcome: null }])
  expect(logged.join()).toContain("The audit log could not be completed")
})

test("the error of an action that fails is recorded, and thrown as it is", async () => {
  await database.rows("truncate sluice.audit_log")
  await expect(actingAs(sluice, ada, "cli").retryJob("123456")).rejects.toThrow("No job has the id 123456")
  expect((await sluice.listActions()).actions).toMatchObject([
    {
      action: "retryJob",
      target: { job: "123456" },
      outcome: "failed",
      detail: { code: "job_not_found", message: expect.stringContaining("123456") },
    },
  ])
})

test("calls that continue each other are one entry, with the sum of what they did", async () => {
  await database.rows("truncate sluice.audit_log, sluice.jobs cascade")
  const stored = await sluice.enqueueMany(Array.from({ length: 2_500 }, () => ({ name: "many" })))
  const ids = stored.map(({ id }) => id)
  const acting = actingAs(sluice, ada, "cli")
  let calls = 0
  for (let after: string | undefined, more = true; more; calls++) {
    const { next } = await acting.cancelJobs({ ids }, { within: 0, ...(after && { after }) })
    after = next
    more = next !== undefined
  }
  expect(calls).toBeGreaterThan(1)
  expect((await sluice.listActions()).actions).toMatchObject([
    { action: "cancelJobs", matched: 2_500, changed: 2_500, outcome: "done", detail: null },
  ])
})

test("a place that somebody else's call has ended at is continued as an entry of one's own", async () => {
  await database.rows("truncate sluice.audit_log, sluice.jobs cascade")
  const stored = await sluice.enqueueMany(Array.from({ length: 2_500 }, () => ({ name: "many" })))
  const ids = stored.map(({ id }) => id)
  const { next } = await actingAs(sluice, ada, "cli").cancelJobs({ ids }, { within: 0 })
  const bob = { ...ada, id: "key:7", name: "bob" }
  await actingAs(sluice, bob, "cli").cancelJobs({ ids }, { after: next as string })
  expect((await sluice.listActions()).actions.map(({ actor }) => actor.name)).toEqual(["bob", "Ada"])
})

test("a place that no text of Postgres can be is refused by the call, and recorded as having failed", async () => {
  await database.rows("truncate sluice.audit_log")
  const acting = actingAs(sluice, ada, "cli")
  for (const after of ["\0", "\ud800", "1".repeat(300)])
    await expect(acting.cancelJobs({ name: "welcome" }, { after })).rejects.toThrow("after is")
  const { actions } = await sluice.listActions()
  expect(actions.map(({ outcome }) => outcome)).toEqual(["failed", "failed", "failed"])
})

test("a dry run is not recorded", async () => {
  await database.rows("truncate sluice.audit_log")
  await actingAs(sluice, ada, "api").cancelJobs({ name: "welcome" }, { dryRun: true })
  await actingAs(sluice, ada, "api").updateJobs({ name: "welcome" }, { priority: 1 }, { dryRun: true })
  expect(await sluice.listActions()).toEqual({ actions: [] })
})

test("what is enqueued over the API is not recorded, but on other ways it is", async () => {
  await database.rows("truncate sluice.audit_log")
  const operator = (via: "api" | "dashboard") => actingAs(sluice, ada, via)
  await operator("api").enqueue("welcome", {})
  expect(await sluice.listActions()).toEqual({ actions: [] })
  const { id } = await operator("dashboard").enqueue("welcome", { to: "a@b.c" }, { queue: "mail" })
  expect((await sluice.listActions()).actions).toMatchObject([
    { action: "enqueue", target: { name: "welcome", queue: "mail" }, detail: { id } },
  ])
})

test("payloads, values and metadata are never recorded, and hostile input fits", async () => {
  await database.rows("truncate sluice.audit_log")
  const acting = actingAs(sluice, { ...ada, role: "admin" }, "dashboard")
  const secret = "s3cret"
  await acting.enqueue("welcome", { secret }, { metadata: { secret } })
  await acting.updateJob("1", { payload: { secret }, metadata: { secret } }).catch(() => {})
  await acting.completeWait("token", secret).catch(() => {})
  await acting.emit("event", { secret })
  await acting.setSchedule("nightly", { name: "x", cron: "0 3 * * *", payload: { secret } }).catch(() => {})
  await acting.cancelJobs({ metadata: { secret } }).catch(() => {})
  const { secret: keySecret } = await acting.createApiKey({ name: "key", role: "reader" })
  await acting.cancelJobs({ ids: Array.from({ length: 10_000 }, (_, id) => String(id)) })
  await acting.cancelJobs({ name: `\0\ud800${"x".repeat(100_000)}` }).catch(() => {})
  const deep = JSON.parse(`${"[".repeat(1_000)}${"]".repeat(1_000)}`)
  await acting.cancelJobs({ ids: deep }).catch(() => {})
  const [{ log }] = await database.rows(
    "select json_agg(a)::text as log, count(*)::int from sluice.audit_log a",
  )
  expect(log).not.toContain(secret)
  expect(log).not.toContain(keySecret)
  expect(log).toContain("and 9980 more")
  const [{ longest }] = await database.rows(
    "select max(octet_length(target::text)) as longest from sluice.audit_log",
  )
  expect(longest).toBeLessThan(10_000)
  expect((await sluice.listActions()).actions).toHaveLength(10)
})

test("a key that is made names who has made it", async () => {
  const acting = actingAs(sluice, { ...ada, role: "admin" }, "dashboard")
  expect((await acting.createApiKey({ name: "one", role: "reader" })).createdBy).toBe("oidc:ada@example.org")
})

test("the log is read in pages, by who, what and on which way", async () => {
  await database.rows("truncate sluice.audit_log")
  const bob = { id: "key:7", name: "bob", role: "operator" as const }
  for (const name of ["a", "b", "c"]) await actingAs(sluice, ada, "dashboard").pauseName(name)
  await actingAs(sluice, bob, "cli").resumeName("a")
  const first = await sluice.listActions({ limit: 3 })
  expect(first.actions.map(({ target }) => target.target)).toEqual(["a", "c", "b"])
  const second = await sluice.listActions({ limit: 3, after: first.next as string })
  expect(second.actions.map(({ target }) => target.target)).toEqual(["a"])
  expect(second.next).toBeUndefined()
  expect((await sluice.listActions({ actor: "key:7" })).actions).toHaveLength(1)
  expect((await sluice.listActions({ action: "pauseName" })).actions).toHaveLength(3)
  expect((await sluice.listActions({ via: "cli" })).actions).toHaveLength(1)
  await expect(sluice.listActions({ via: "post" as never })).rejects.toThrow("via is")
  await expect(sluice.listActions({ after: "1; drop" })).rejects.toThrow("after is")
  await expect(sluice.listActions({ limit: 0 })).rejects.toThrow("limit is 0")
})

test("entries are kept for 90 days", async () => {
  await database.rows("truncate sluice.audit_log")
  for (const days of [89, 91]) {
    await actingAs(sluice, ada, "cli").pauseName(`old-${days}`)
    await database.rows(
      "update sluice.audit_log set at = now() - $1 * interval '1 day' where target->>'target' = $2",
      [days, `old-${days}`],
    )
  }
  await database.rows("select * from sluice.run_maintenance('forget actions')")
  expect((await sluice.listActions()).actions).toMatchObject([{ target: { target: "old-89" } }])
})
