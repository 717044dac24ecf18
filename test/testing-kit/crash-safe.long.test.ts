import http from "node:http"
import { type AnyJobDefinition, defineJob } from "@sluice/core"
import { createPool } from "@sluice/core/pg"
import { sql as drizzleSql } from "drizzle-orm"
import { drizzle } from "drizzle-orm/node-postgres"
import { CompiledQuery, Kysely, PostgresDialect } from "kysely"
import pg from "pg"
import { afterAll, expect, test } from "vitest"
import { startFakePayments } from "./fake-payments.ts"
import { createKit } from "./kit.ts"

const payments = await startFakePayments()

/** A mail server of this process: what it sends is no operation. */
const outbox: string[] = []

const charge = (order: number, headers: Record<string, string> = {}) =>
  fetch(payments.url, { method: "POST", body: `order ${order}`, headers })

const chargeThenStep = defineJob({
  name: "charge-then-step",
  async perform({ order }: { order: number }, { step }) {
    await charge(order)
    await step(
      "note",
      async () => void (await app.query("insert into paid values ($1) on conflict do nothing", [order])),
    )
  },
})
const chargeInStep = defineJob({
  name: "charge-in-step",
  async perform({ order }: { order: number }, { step, id }) {
    await step("charge", async () => void (await charge(order, { "idempotency-key": id })))
    await app.query("insert into paid values ($1) on conflict do nothing", [order])
  },
})
const mailOutsideOfStep = defineJob({
  name: "mail-outside-of-step",
  async perform({ order }: { order: number }, { step }) {
    await step(
      "note",
      async () => void (await app.query("insert into paid values ($1) on conflict do nothing", [order])),
    )
    outbox.push(`order ${order}`)
  },
})
const insertTwice = defineJob({
  name: "insert-twice",
  async perform({ order }: { order: number }) {
    await app.query("insert into\n  ledger (order_id)\n  values ($1)", [order])
  },
})
const insertInTransaction = defineJob({
  name: "insert-in-transaction",
  transactional: true,
  async perform({ order }: { order: number }, { transaction }) {
    await transaction.query("insert into ledger (order_id) values ($1)", [order])
  },
})
const insertInStep = defineJob({
  name: "insert-in-step",
  async perform({ order }: { order: number }, { step }) {
    await step(
      "insert",
      async (transaction) =>
        void (await transaction.query("insert into ledger (order_id) values ($1)", [order])),
      { transactional: true },
    )
  },
})
const stepWithTwoEffects = defineJob({
  name: "step-with-two-effects",
  async perform({ order }: { order: number }, { step, id }) {
    await step("both", async () => {
      await app.query("insert into ledger (order_id) values ($1)", [order])
      await charge(order, { "idempotency-key": id })
    })
  },
})
const noteThenCharge = defineJob({
  name: "note-then-charge",
  async perform({ order }: { order: number }) {
    const { rowCount } = await app.query("insert into paid values ($1) on conflict do nothing", [order])
    if (rowCount === 1) await charge(order)
  },
})
const ownTransaction = defineJob({
  name: "own-transaction",
  async perform({ order }: { order: number }) {
    const client = await own.connect()
    try {
      await client.query("begin")
      const { rowCount } = await client.query("insert into paid values ($1) on conflict do nothing", [order])
      if (rowCount === 1) await client.query("insert into ledger (order_id) values ($1)", [order])
      await client.query("commit")
    } finally {
      client.release()
    }
  },
})
const overHttp = defineJob({
  name: "over-http",
  async perform({ order }: { order: number }) {
    await new Promise((resolve, reject) => {
      const request = http.request(payments.url, { method: "POST" }, (response) => {
        response.resume()
        response.on("end", resolve)
      })
      request.on("error", reject)
      request.end(`order ${order}`)
    })
  },
})
const sideBySide = defineJob({
  name: "side-by-side",
  async perform({ order }: { order: number }, { step }) {
    await Promise.all(
      ["a", "b", "c"].map((name) =>
        step(name, () =>
          own.query("insert into paid values ($1) on conflict do nothing", [order]).then(() => name),
        ),
      ),
    )
  },
})
const insertsAlike = defineJob({
  name: "inserts-alike",
  async perform({ order }: { order: number }) {
    for (const id of [order, order + 1]) await app.query("insert into ledger (order_id) values ($1)", [id])
  },
})
/** How often one of the next two has begun since the last reset. */
let begun = 0
const cleansUp = defineJob({
  name: "cleans-up",
  async perform({ order }: { order: number }, { step, signal }) {
    signal.addEventListener("abort", () => outbox.push("aborted"))
    try {
      await step("insert", () =>
        own.query("insert into paid values ($1) on conflict do nothing", [order]).then(() => 1),
      )
      await own.query("select 1")
    } catch {
      outbox.push("caught")
    }
  },
})
const goesOn = defineJob({
  name: "goes-on",
  async perform({ order }: { order: number }) {
    const life = ++begun
    setTimeout(() => life !== begun && outbox.push("undead"), 250)
    await own.query("insert into paid values ($1) on conflict do nothing", [order])
    await new Promise((resolve) => setTimeout(resolve, 300))
  },
})
const builders = defineJob({
  name: "builders",
  async perform({ order }: { order: number }) {
    await drizzle(own).execute(drizzleSql`insert into paid values (${order}) on conflict do nothing`)
    await kysely.executeQuery(
      CompiledQuery.raw("insert into paid values ($1) on conflict do nothing", [order]),
    )
  },
})
const ownClient = defineJob({
  name: "own-client",
  async perform({ order }: { order: number }) {
    const client = new pg.Client({ connectionString: kit.url })
    await client.connect()
    await client.query("begin")
    await client.query("insert into paid values ($1) on conflict do nothing", [order])
    await client.query("commit")
    await client.end()
  },
})
const queryObject = defineJob({
  name: "query-object",
  async perform({ order }: { order: number }) {
    const client = await own.connect()
    await new Promise((resolve, reject) => {
      const query = new pg.Query("insert into ledger (order_id) values ($1)", [order])
      query.on("error", reject)
      query.on("end", resolve)
      client.query(query)
    })
    client.release()
  },
})
const child = defineJob({
  name: "child",
  perform: ({ order }: { order: number }) => void outbox.push(`child ${order}`),
})
const enqueues = defineJob({
  name: "enqueues",
  perform: async ({ order }: { order: number }) => void (await child.enqueue({ order })),
})
const enqueuesOnce = defineJob({
  name: "enqueues-once",
  perform: async ({ order }: { order: number }) =>
    void (await child.enqueue({ order }, { idempotencyKey: `order ${order}` })),
})
const sleeps = defineJob({
  name: "sleeps",
  async perform({ order }: { order: number }, { step, sleep, id }) {
    await step("charge", async () => void (await charge(order, { "idempotency-key": id })))
    await sleep("3d")
    await step(
      "ledger",
      async (transaction) =>
        void (await transaction.query("insert into ledger (order_id) values ($1)", [order])),
      { transactional: true },
    )
  },
})
const random = defineJob({
  name: "random",
  perform: async () =>
    void (await app.query("insert into ledger (order_id) values ($1)", [Math.ceil(Math.random() * 1e9)])),
})
const fails = defineJob({
  name: "fails",
  maxAttempts: 1,
  perform() {
    throw new Error("No such order")
  },
})

const delicate = defineJob({
  name: "delicate",
  maxAttempts: 1,
  perform: async ({ order }: { order: number }) =>
    void (await app.query("insert into paid values ($1)", [order])),
})

const kit = await createKit({
  jobs: [
    delicate,
    chargeThenStep,
    chargeInStep,
    mailOutsideOfStep,
    insertTwice,
    insertInTransaction,
    insertInStep,
    stepWithTwoEffects,
    noteThenCharge,
    ownTransaction,
    overHttp,
    sideBySide,
    insertsAlike,
    cleansUp,
    goesOn,
    builders,
    queryObject,
    ownClient,
    child,
    enqueues,
    enqueuesOnce,
    sleeps,
    random,
    fails,
  ],
  prepare: async (url) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(
      "create table paid (order_id integer primary key); create table ledger (id serial primary key, order_id integer)",
    )
    await client.end()
  },
})
const app = createPool(kit.url, { max: 2 })
const own = new pg.Pool({ connectionString: kit.url, max: 2 })
own.on("error", () => {})
const kysely = new Kysely<unknown>({
  dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: kit.url, max: 1 }) }),
})
afterAll(async () => {
  await kysely.destroy()
  await app.end()
  await own.end()
})
const order = { order: 7 }
const { proveCrashSafe } = kit
const all = {
  observe: async () => ({
    charges: payments.charges,
    ledger: (await kit.pool.query("select order_id from ledger order by order_id")).rows,
    paid: (await kit.pool.query("select order_id from paid order by order_id")).rows,
    mails: outbox,
  }),
  reset() {
    payments.reset()
    outbox.length = 0
    begun = 0
  },
}

/** The message with which the proof fails. */
async function failureOf(job: AnyJobDefinition): Promise<string> {
  const error = await proveCrashSafe(job, order, all).then(
    () => new Error("It is crash-safe"),
    (error: Error) => error,
  )
  expect(error).toMatchObject({ name: "AssertionError" })
  return error.message
}

test("a charge before a step happens twice, and the failure says between which operations", async () => {
  expect(await failureOf(chargeThenStep)).toBe(
    [
      `The job "charge-then-step" isn't crash-safe: 6 of 7 deaths change what observe sees.`,
      "",
      "'order 7' in charges happened twice, when it died",
      `  - after POST ${payments.url}, whose answer never came, before insert into paid values ($1) on conflict do nothing`,
      `  - after POST ${payments.url}, before insert into paid values ($1) on conflict do nothing`,
      `  - after insert into paid values ($1) on conflict do nothing, whose answer never came, before the save of step "note"`,
      `  - after insert into paid values ($1) on conflict do nothing, before the save of step "note"`,
      `  - after the save of step "note", whose answer never came, before the end of perform, whose outcome isn't stored yet`,
      `  - after the save of step "note", before the end of perform, whose outcome isn't stored yet`,
    ].join("\n"),
  )
})

test("a mail outside of a step is sent twice if the job dies after it", async () => {
  const message = await failureOf(mailOutsideOfStep)
  expect(message).toContain("'order 7' in mails happened twice, when it died\n")
  expect(message.match(/^ {2}- .*$/gm)).toEqual([
    `  - after the save of step "note", before the end of perform, whose outcome isn't stored yet`,
  ])
})

test("an insert that can be repeated is done twice, also before its answer comes", async () => {
  const message = await failureOf(insertTwice)
  expect(message).toContain("{ order_id: 7 } in ledger happened twice")
  expect(message).toContain(
    "  - after insert into ledger (order_id) values ($1), whose answer never came, before the end",
  )
  expect(message).not.toContain("its start")
})

test("of a step with two effects the first happens twice, until it is saved", async () => {
  const message = await failureOf(stepWithTwoEffects)
  expect(message).toContain("{ order_id: 7 } in ledger happened twice")
  expect(message).not.toContain("in charges")
  expect(message).toContain(`  - after POST ${payments.url}, before the save of step "both"`)
  expect(message).not.toContain('after the save of step "both"')
})

test("what is noted before it is done never happens", async () => {
  const message = await failureOf(noteThenCharge)
  expect(message).toContain("'order 7' in charges never happened, when it died\n")
  expect(message.match(/^ {2}- /gm)).toHaveLength(2)
})

test("query objects are seen, too", async () => {
  const message = await failureOf(queryObject)
  expect(message).toContain("{ order_id: 7 } in ledger happened twice")
  expect(message).toContain("  - after insert into ledger (order_id) values ($1), before the end of perform")
})

test("requests of node:http are seen, too", async () => {
  const message = await failureOf(overHttp)
  expect(message).toContain("'order 7' in charges happened twice")
  expect(message).toContain(`  - after POST ${payments.url}, whose answer never came`)
})

test("of operations that look the same, a failure says which", async () => {
  const message = await failureOf(insertsAlike)
  expect(message).toContain(
    "  - after insert into ledger (order_id) values ($1) (1 of 2), before insert into ledger (order_id) values ($1) (2 of 2)\n",
  )
})

test("jobs that a job enqueues twice are performed twice", async () => {
  const message = await failureOf(enqueues)
  expect(message).toContain("'child 7' in mails happened twice")
  expect(message).toContain('  - after the enqueue of "child", whose answer never came')
})

test("a job that fails for good after a death is reported with its error", async () => {
  const message = await failureOf(delicate)
  expect(message).toMatch(/the job was discarded \(error: duplicate key value .*\), when it died/)
})

const SAFE: [string, AnyJobDefinition, number][] = [
  ["a charge in a step with an idempotency key", chargeInStep, 3],
  ["an insert in the job's transaction", insertInTransaction, 4],
  ["an insert in a transactional step", insertInStep, 4],
  ["an insert in a transaction of its own that finds what it has done", ownTransaction, 4],
  ["a job enqueued with an idempotency key", enqueuesOnce, 1],
  ["a job that sleeps between its steps", sleeps, 7],
  ["steps side by side", sideBySide, 6],
  ["a job whose clean-up isn't run by a death", cleansUp, 3],
  ["a job whose timers end with it", goesOn, 1],
  ["a transaction on a client that belongs to no pool", ownClient, 3],
  ["statements of query builders", builders, 2],
]
for (const [what, job, operations] of SAFE)
  test(`crash-safe: ${what}`, async () => {
    const { points, deaths } = await proveCrashSafe(job, order, all)
    const withoutEnds = points.filter((label) => !label.startsWith("the end of perform"))
    expect(withoutEnds).toHaveLength(operations)
    expect(deaths).toBe(points.length + operations)
  })

test("what can't be proved is refused, and says why", async () => {
  await expect(proveCrashSafe(random, order, all)).rejects.toThrow(
    /^Two uninterrupted runs of the job "random" differ: \{ order_id: \d+ \} in ledger never happened; .*Have observe leave out/,
  )
  await expect(proveCrashSafe(fails, order, all)).rejects.toThrow(
    'The job "fails" was discarded (Error: No such order) without being killed',
  )
  await expect(proveCrashSafe(sleeps, order, { ...all, maxPoints: 5 })).rejects.toThrow(
    'The job "sleeps" has 9 operations, and maxPoints is 5',
  )
})

test("a job that isn't performed, because its key is taken, isn't proved", async () => {
  const options = { idempotencyKey: "taken" }
  const { id } = await chargeThenStep.enqueue({ order: 1 }, options)
  await kit.drainAll()
  await expect(
    kit.proveCrashSafe(chargeThenStep, { order: 1 }, { options, observe: () => 1 }),
  ).rejects.toThrow(/No execution of the job "charge-then-step" was seen, so nothing is proved/)
  await kit.sluice.deleteJob(id)
})

test("afterwards the database is as it was, and the connections are free", async () => {
  await insertTwice.enqueue(order, { delay: "1h" })
  await kit.pool.query("insert into ledger (order_id) values (1)")
  const next = "select nextval('ledger_id_seq')::int as next"
  const before = (await kit.pool.query(next)).rows[0].next
  await proveCrashSafe(ownTransaction, order, all)
  expect((await kit.pool.query(next)).rows[0].next).toBe(before + 1)
  expect((await kit.pool.query("select order_id from ledger order by order_id")).rows).toEqual([
    { order_id: 1 },
  ])
  expect((await kit.sluice.listJobs()).jobs).toMatchObject([{ name: "insert-twice" }])
  expect(own.waitingCount).toBe(0)
  expect(own.idleCount).toBe(own.totalCount)
})
