import { createSluice, defineJob, drain, type EnqueueOptions, type InvalidInputError } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { createApp } from "@sluice/http"
import { beforeAll, beforeEach, expect, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const performed: unknown[] = []

interface Order {
  readonly shop: string
  readonly rush?: boolean | undefined
}
const order = defineJob({
  name: "order",
  input: z.object({ shop: z.string(), rush: z.boolean().optional() }),
  queue: ({ shop }) => `shop-${shop}`,
  priority: ({ rush }) => (rush ? -5 : undefined),
  delay: ({ rush }) => (rush ? undefined : "1h"),
  uniqueKey: ({ shop }) => (shop === "any" ? undefined : shop),
  idempotencyKey: ({ shop }) => (shop === "twice" ? "order-twice" : undefined),
  perform: (payload) => void performed.push(payload),
})
const reminder = defineJob({ name: "reminder", delay: "2h", perform() {} })
const odd: { compute: (payload: Order) => unknown } = { compute: () => undefined }
const oddities = (["queue", "priority", "delay", "uniqueKey", "idempotencyKey"] as const).map((option) =>
  defineJob({
    name: `odd-${option}`,
    [option]: (payload: Order) => odd.compute(payload),
    perform() {},
  } as never),
)
const jobs = [order, reminder, ...oddities]
const sluice = createSluice({ database: database.pool, jobs, defaults: { queue: "usual", priority: 3 } })
const byName = createSluice({ database: database.pool })
const quiet = () => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const app = createApp({ sluice: byName, apiKey: "key", log })

beforeAll(async () => {
  await migrate(database.url, { jobs, defaults: { queue: "usual", priority: 3 } })
})

beforeEach(async () => {
  await database.pool.query("delete from sluice.jobs")
})

test("options are computed from the payload when a job is enqueued", async () => {
  const { id, state } = await order.enqueue({ shop: "a" })
  expect(state).toBe("scheduled")
  expect(await rowOf(id)).toEqual({ queue: "shop-a", priority: 3, delay_s: 3_600, unique_key: "a" })
  const rush = await order.enqueue({ shop: "b", rush: true })
  expect(rush.state).toBe("ready")
  expect(await rowOf(rush.id)).toEqual({ queue: "shop-b", priority: -5, delay_s: 0, unique_key: "b" })
})

test("each job of a batch has its own", async () => {
  const shops = ["a", "b", "a", "any", "any"]
  const results = await sluice.enqueueMany(
    shops.map((shop) => ({ name: "order" as const, payload: { shop } })),
  )
  expect(results.map(({ status }) => status)).toEqual([
    "enqueued",
    "enqueued",
    "deduplicated",
    "enqueued",
    "enqueued",
  ])
  const rows = await Promise.all(results.map(({ id }) => rowOf(id)))
  expect(rows.map(({ queue, unique_key }) => [queue, unique_key])).toEqual([
    ["shop-a", "a"],
    ["shop-b", "b"],
    ["shop-a", "a"],
    ["shop-any", null],
    ["shop-any", null],
  ])
})

test("computed keys deduplicate as given ones do", async () => {
  const first = await order.enqueue({ shop: "a" })
  expect(await order.enqueue({ shop: "a", rush: true })).toMatchObject({
    id: first.id,
    status: "deduplicated",
  })
  const twice = await order.enqueue({ shop: "twice" })
  await database.pool.query("delete from sluice.jobs")
  expect(await order.enqueue({ shop: "twice" })).toMatchObject({ id: twice.id, status: "deduplicated" })
})

test.each<[string, Omit<EnqueueOptions, "transaction">, Record<string, unknown>]>([
  ["queue", { queue: "own" }, { queue: "own", delay_s: 3_600 }],
  ["priority", { priority: 0 }, { priority: 0 }],
  ["delay", { delay: "5m" }, { delay_s: 300 }],
  ["delay of nothing", { delay: 0 }, { delay_s: 0 }],
  ["time", { runAt: new Date(Date.now() + 60_000) }, { delay_s: expect.closeTo(60, -2) }],
  ["unique key", { uniqueKey: "own" }, { unique_key: "own", queue: "shop-a" }],
])("the call's %s comes first", async (_what, options, expected) => {
  expect(await rowOf((await order.enqueue({ shop: "a" }, options)).id)).toMatchObject(expected)
})

test("the function of an option that the call gives isn't called, nor that of a delay beside a time", async () => {
  odd.compute = () => {
    throw new Error("was called")
  }
  const given = { queue: "q", priority: 1, delay: "1m", uniqueKey: "u", idempotencyKey: "i" } as const
  for (const [option, value] of Object.entries(given))
    await sluice.enqueue(`odd-${option}` as never, {} as never, { [option]: value })
  await sluice.enqueue("odd-delay" as never, {} as never, { runAt: new Date() })
})

test("a definition's own delay holds for calls that say nothing, with the definition and by name", async () => {
  for (const { id } of [
    await reminder.enqueue({}),
    await byName.enqueue("reminder", {}),
    await fromSql("reminder"),
  ])
    expect(await rowOf(id)).toMatchObject({ delay_s: 7_200 })
  for (const options of [{ delay: 0 }, { runAt: new Date() }]) {
    expect(await rowOf((await reminder.enqueue({}, options)).id)).toMatchObject({ delay_s: 0 })
    expect(await rowOf((await byName.enqueue("reminder", {}, options)).id)).toMatchObject({ delay_s: 0 })
  }
})

test("the functions get what the schema has accepted, and aren't called for what it refuses", async () => {
  await expect(order.enqueue({ shop: 7 as never })).rejects.toMatchObject({ name: "InvalidPayloadError" })
})

test.each<[option: string, value: unknown, says: RegExp]>([
  ["queue", "a b", /options\.queue is "a b": give 1 to 128 letters/],
  ["queue", null, /options\.queue is null/],
  ["priority", 1.5, /options\.priority is 1\.5: give a whole number/],
  ["priority", "high", /options\.priority is "high"/],
  ["delay", "5 minutes", /options\.delay is "5 minutes": give a number of seconds/],
  ["delay", -1, /options\.delay is -1/],
  ["delay", new Date(), /options\.delay is /],
  ["uniqueKey", "", /options\.uniqueKey is "": give text/],
  ["uniqueKey", 5, /options\.uniqueKey is 5/],
  ["idempotencyKey", "k".repeat(513), /options\.idempotencyKey is /],
])(
  "a function of %s that returns %o is refused with job and option, and nothing is stored",
  async (option, value, says) => {
    odd.compute = () => value
    const error = await refusal(option)
    expect(error).toMatchObject({ path: ["options", option] })
    expect(error.message).toMatch(says)
    expect(error.message).toContain(`The ${option} of the job "odd-${option}"`)
  },
)

test.each(["queue", "priority", "delay", "uniqueKey", "idempotencyKey"])(
  "a function of %s that throws, or is async, is an error that names job and option, and nothing is stored",
  async (option) => {
    const throwing = [
      () => {
        throw new Error("out of order")
      },
      () => Promise.reject(new Error("out of order")),
      async () => "mail",
    ]
    for (const compute of throwing) {
      odd.compute = compute
      const error = await refusal(option)
      expect(error).toMatchObject({ code: "invalid_payload", path: ["payload"] })
      expect(error.message).toMatch(
        new RegExp(
          `The ${option} of the job "odd-${option}" can't be computed from this payload: (out of order|.*async)`,
        ),
      )
    }
  },
)

test("an enqueue by name has to give what only the definition's code can compute", async () => {
  const given = { queue: "q", priority: 1, delay: "1m", uniqueKey: "u", idempotencyKey: "i" } as const
  for (const option of Object.keys(given) as (keyof typeof given)[]) {
    const { [option]: _, ...rest } = given
    const message = `options.${option} is missing: the definition of "order" computes it from the payload, which an enqueue by name can't: give it, or enqueue with the definition`
    const expected = { name: "InvalidInputError", code: "missing_option", path: ["options", option], message }
    await expect(byName.enqueue("order", { shop: "a" }, rest)).rejects.toMatchObject(expected)
    await expect(
      byName.enqueueMany([{ name: "reminder" }, { name: "reminder" }, { name: "order", options: rest }]),
    ).rejects.toMatchObject({ ...expected, index: 2, message: `jobs[2]: ${message}` })
    await expect(fromSql("order", rest)).rejects.toMatchObject({ code: "SL006", message })
    const answer = await post({ name: "order", payload: { shop: "a" }, options: rest })
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      code: "missing_option",
      errors: [{ pointer: `/options/${option}` }],
    })
  }
  await expect(byName.enqueue("order", { shop: "a" })).rejects.toMatchObject({ code: "missing_option" })
  expect(await database.rows("select id from sluice.jobs")).toEqual([])

  expect(await rowOf((await byName.enqueue("order", { shop: "a" }, given)).id)).toEqual({
    queue: "q",
    priority: 1,
    delay_s: 60,
    unique_key: "u",
  })
  const { delay: _, ...withoutDelay } = given
  const keys = { uniqueKey: "v", idempotencyKey: "j" }
  const { id } = await fromSql("order", { ...withoutDelay, ...keys, runAt: "2100-01-01T00:00:00Z" })
  expect(await rowOf(id)).toMatchObject({ queue: "q", unique_key: "v" })
})

test("with the definitions at hand, a name is enough, also over HTTP", async () => {
  const { id } = await sluice.enqueue("order", { shop: "a" })
  expect(await rowOf(id)).toMatchObject({ queue: "shop-a" })
  const withJobs = createApp({ sluice, apiKey: "key", log })
  const answer = await post({ name: "order", payload: { shop: "b" } }, withJobs)
  expect(answer.status).toBe(201)
  expect(await rowOf(((await answer.json()) as { id: string }).id)).toMatchObject({ queue: "shop-b" })
})

test("a drainer that has no deployment's word for it notes what its definitions compute", async () => {
  const late = defineJob({ name: "late", queue: () => "computed", perform() {} })
  await drain(createSluice({ database: database.pool, jobs: [late] }), { connect: database.connect })
  await expect(byName.enqueue("late", {})).rejects.toMatchObject({ code: "missing_option" })
})

async function refusal(option: string): Promise<InvalidInputError> {
  const name = `odd-${option}`
  const errorOf = (work: Promise<unknown>) =>
    work.then(
      () => expect.unreachable("was taken"),
      (error) => error,
    )
  const alone = await errorOf(sluice.enqueue(name as never, {} as never))
  const inBatch = await errorOf(sluice.enqueueMany([{ name: "reminder" }, { name }] as never))
  expect(inBatch).toMatchObject({ index: 1, message: `jobs[1]: ${alone.message}` })
  expect(alone).toMatchObject({ name: "InvalidInputError" })
  expect(await database.rows("select id from sluice.jobs")).toEqual([])
  return alone
}

async function fromSql(name: string, options: object = {}): Promise<{ id: string }> {
  const [row] = await database.rows(`select sluice.enqueue($1, '{"shop": "a"}', $2)::text as id`, [
    name,
    JSON.stringify(options),
  ])
  return row
}

function post(body: object, to = app) {
  return to.request("/v1/jobs", {
    method: "POST",
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body: JSON.stringify(body),
  })
}

async function rowOf(id: string) {
  const [row] = await database.rows(
    `select queue, priority, unique_key, round(extract(epoch from run_at - enqueued_at))::float8 as delay_s
     from sluice.jobs where id = $1`,
    [id],
  )
  return row
}
