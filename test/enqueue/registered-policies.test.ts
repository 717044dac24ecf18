import { createSluice, defineJob, drain, type EnqueueOptions, type Sluice } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { createApp } from "@sluice/http"
import { beforeAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// A job has the same policies in whatever way it comes: with its definition, by its name, over HTTP or from SQL.

const database = await createDatabase()
const perform = () => {}
const mail = defineJob({
  name: "mail",
  queue: "mails",
  priority: 7,
  concurrency: { key: "smtp", limit: 3 },
  rate: { by: "queue", limit: 100, per: "1m", burst: 10 },
  perform,
})
const plain = defineJob({ name: "plain", perform })
const defaults = { queue: "usual", priority: 2 }
const withDefinitions: Sluice = createSluice({ database: database.pool, jobs: [mail, plain], defaults })
const byName = createSluice({ database: database.pool })
const quiet = () => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const app = createApp({ sluice: byName, apiKey: "key", log })

const WAYS: Record<string, (name: string, options: EnqueueOptions) => Promise<string>> = {
  "with its definition": async (name, options) => (await withDefinitions.enqueue(name, {}, options)).id,
  "with the definition alone": async (name, options) =>
    (
      await byName.enqueue(
        name === "mail" ? mail : plain,
        {},
        { ...(name === "plain" && defaults), ...options },
      )
    ).id,
  "by its name": async (name, options) => (await byName.enqueue(name, {}, options)).id,
  "by its name in a batch": async (name, options) => {
    const options_ = options as Omit<EnqueueOptions, "transaction">
    return (await byName.enqueueMany([{ name: "other" }, { name, options: options_ }]))[1]?.id as string
  },
  "by its name with a unique key": async (name, options) =>
    (await byName.enqueue(name, {}, { uniqueKey: crypto.randomUUID(), ...options })).id,
  "over HTTP": async (name, options) => {
    const answer = await app.request("/v1/jobs", {
      method: "POST",
      headers: { authorization: "Bearer key", "content-type": "application/json" },
      body: JSON.stringify({ name, payload: {}, options }),
    })
    if (answer.status !== 201) throw new Error(await answer.text())
    return ((await answer.json()) as { id: string }).id
  },
  "from SQL": async (name, options) => {
    const [row] = await database.rows("select sluice.enqueue($1, '{}', $2)::text as id", [
      name,
      JSON.stringify(options),
    ])
    return row.id
  },
}

beforeAll(async () => {
  await migrate(database.url, { jobs: [mail, plain], defaults, unknownNames: "accept" })
})

const rate = (starts: number, per_ms: number, burst: number) => ({ starts, per_ms, burst })
const MAIL = {
  queue: "mails",
  priority: 7,
  concurrency_key: "smtp",
  concurrency_limit: 3,
  rate_key: "queue:mails",
  rate: rate(100, 60_000, 10),
}
const cases: [name: string, options: EnqueueOptions, row: Record<string, unknown>][] = [
  ["mail", {}, MAIL],
  ["mail", { queue: "vip" }, { ...MAIL, queue: "vip", rate_key: "queue:vip" }],
  ["mail", { priority: 0 }, { ...MAIL, priority: 0 }],
  ["mail", { concurrencyKey: "own" }, { ...MAIL, concurrency_key: "own" }],
  ["mail", { concurrencyLimit: 9 }, { ...MAIL, concurrency_limit: 9 }],
  ["mail", { rateKey: "own" }, { ...MAIL, rate_key: "own" }],
  ["mail", { rate: { limit: 5, per: "1h" } }, { ...MAIL, rate: rate(5, 3_600_000, 5) }],
  [
    "plain",
    {},
    {
      queue: "usual",
      priority: 2,
      concurrency_key: null,
      concurrency_limit: null,
      rate_key: null,
      rate: null,
    },
  ],
  ["plain", { rate: { limit: 5, per: "1h" } }, { rate_key: "name:plain", rate: rate(5, 3_600_000, 5) }],
  ["plain", { concurrencyKey: "own" }, { concurrency_key: "own", concurrency_limit: 1 }],
  ["plain", { concurrencyLimit: 4 }, { concurrency_key: null, concurrency_limit: null }],
]

test.each(Object.keys(WAYS).flatMap((way) => cases.map((each) => [way, ...each] as const)))(
  "%s, a job %s with %o has the policies of its definition",
  async (way, name, options, row) => {
    const id = await WAYS[way]?.(name, options)
    const [stored] = await database.rows(
      "select queue, priority, concurrency_key, concurrency_limit, rate_key, to_json(rate) as rate from sluice.jobs where id = $1",
      [id],
    )
    expect(stored).toMatchObject(row)
  },
)

test("a registered definition comes before the defaults of who enqueues, and these before the built-in ones", async () => {
  const elsewhere = createSluice({ database: database.pool, defaults: { queue: "elsewhere", priority: 40 } })
  const rowOf = async (name: string) => elsewhere.getJob((await elsewhere.enqueue(name, {})).id)
  expect(await rowOf("mail")).toMatchObject({ queue: "mails", priority: 7 })
  expect(await rowOf("unheard-of")).toMatchObject({ queue: "elsewhere", priority: 40 })
  expect(await byName.getJob((await byName.enqueue("unheard-of", {})).id)).toMatchObject({
    queue: "default",
    priority: 0,
  })
})

test("a drainer that opens registers its definitions, with the defaults of its Sluice", async () => {
  const late = defineJob({ name: "late", priority: 5, perform })
  const worker = createSluice({ database: database.pool, jobs: [late], defaults: { queue: "workers" } })
  await drain(worker, { connect: database.connect })
  expect(await byName.getJob((await byName.enqueue("late", {})).id)).toMatchObject({
    queue: "workers",
    priority: 5,
  })
})

test("a drain that finds its definitions registered writes none of them", async () => {
  const late = defineJob({ name: "late", priority: 5, perform })
  const worker = createSluice({ database: database.pool, jobs: [late], defaults: { queue: "workers" } })
  await database.pool.query("delete from sluice.jobs") // an execution would be noted
  const version = "select ctid, xmin::text from sluice.definitions where name = 'late'"
  const before = await database.rows(version)
  await drain(worker, { connect: database.connect })
  expect(await database.rows(version)).toEqual(before)
})

test("an enqueue with its definition sends what it did before, and nothing by name", async () => {
  const texts: string[] = []
  const watched = {
    query(text: string, values?: unknown[]) {
      texts.push(`${text} ${values?.join(" ")}`)
      return database.pool.query(text, values)
    },
  }
  await createSluice({ database: watched, jobs: [mail] }).enqueue(mail, {})
  expect(texts).toHaveLength(1)
  expect(texts[0]).not.toContain("by_name")
})

test.each(Object.keys(WAYS))(
  "%s, a rate's key without a rate is refused, and nothing is stored",
  async (way) => {
    const before = await database.rows("select count(*) from sluice.jobs")
    await expect(WAYS[way]?.("plain", { rateKey: "own" })).rejects.toThrow(/options\.rate is /)
    expect(await database.rows("select count(*) from sluice.jobs")).toEqual(before)
  },
)
