import { createSluice, type InvalidInputError } from "@sluice/core"
import { createApp } from "@sluice/http"
import { expect, test } from "vitest"
import { type Case, cases } from "../enqueue/cases.ts"
import { createDatabase } from "../support/database.ts"

// What a job may be changed to is what it may be stored as: the table of cases is that of enqueueing.
const CHANGES = ["queue", "priority", "runAt", "delay", "tags", "metadata"]
const chosen = cases.filter(
  ({ name, payload, options = "{}" }) =>
    name === undefined &&
    (payload !== undefined ||
      Object.keys(Object(JSON.parse(options))).every((key) => CHANGES.includes(key))) &&
    /^\{/.test(options),
)

type Verdict = { readonly refused: string } | { readonly changed: unknown }

const database = await createDatabase()
const client = await database.connect()
const sluice = createSluice({ database: client })
const quiet = () => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const app = createApp({ sluice, apiKey: "key", log })

/** The JSON of the changes. */
function changesOf({ payload, options = "{}" }: Case): string {
  if (payload === undefined) return options
  return options === "{}" ? `{"payload":${payload}}` : `${options.slice(0, -1)},"payload":${payload}}`
}

async function verdictOf(change: (id: string) => Promise<string | undefined>): Promise<Verdict> {
  const { id } = await sluice.enqueue("any", {}, { delay: "1h" })
  const before = await rowOf(id)
  const refused = await change(id)
  if (refused === undefined) return { changed: await rowOf(id) }
  expect(await rowOf(id), "what is refused changes nothing").toEqual(before)
  return { refused }
}

async function rowOf(id: string): Promise<unknown> {
  const { rows } = await client.query(
    `select coalesce(j.payload, p.payload) as payload, queue, priority, tags, metadata, state, large_bytes, features,
       round(extract(epoch from run_at - now()))::float8 as seconds
     from sluice.jobs j left join sluice.payloads p on p.day = j.payload_day and p.job_id = j.id where j.id = $1`,
    [id],
  )
  return rows[0]
}

async function inTypeScript(id: string, json: string): Promise<string | undefined> {
  return sluice.updateJob(id, JSON.parse(json)).then(
    () => undefined,
    (error: InvalidInputError) => error.path.join(".").replace(/^changes\./, ""),
  )
}

async function overHttp(id: string, body: string): Promise<string | undefined> {
  const headers = { authorization: "Bearer key", "content-type": "application/json" }
  const answer = await app.request(`/v1/jobs/${id}`, { method: "PATCH", headers, body })
  if (answer.status === 200) return undefined
  expect([413, 422]).toContain(answer.status)
  const { errors } = (await answer.json()) as { errors: { pointer: string }[] }
  return (errors[0]?.pointer ?? "").slice(1).replaceAll("/", ".")
}

async function fromSql(id: string, json: string): Promise<string | undefined> {
  try {
    await client.query("savepoint before_change")
    await client.query("select sluice.update_jobs(array[$1::bigint], $2::jsonb)", [id, json])
    return undefined
  } catch (error) {
    await client.query("rollback to savepoint before_change")
    const { code, message } = error as { code: string; message: string }
    if (/^22P0[25]$/.test(code)) return "not jsonb"
    expect(code, message).toBe("SL000")
    return message.split(/ is | has /)[0]?.replace(/^changes\./, "")
  }
}

await client.query("begin isolation level read committed") // so that now() stands still
test.each(chosen.map((each) => [changesOf(each).slice(0, 100), each] as const))(
  "%s in TypeScript, over HTTP and from SQL",
  async (_title, each) => {
    const json = changesOf(each)
    const http = await verdictOf((id) => overHttp(id, json))
    const sql = await verdictOf((id) => fromSql(id, json))
    if (!("refused" in sql && sql.refused === "not jsonb")) expect(sql).toEqual(http)
    if (!each.notInTypeScript) expect(await verdictOf((id) => inTypeScript(id, json))).toEqual(http)
    const refused = each.refused?.replace(/^options\./, "")
    if (refused !== undefined) expect(http).toEqual({ refused })
    else expect(http).toHaveProperty("changed")
  },
)

test("both have been tried: changes that are made, and changes that are refused", async () => {
  expect(chosen.filter(({ refused }) => refused === undefined).length).toBeGreaterThan(50)
  expect(chosen.filter(({ refused }) => refused !== undefined).length).toBeGreaterThan(100)
  await client.query("rollback")
  await client.end()
})
