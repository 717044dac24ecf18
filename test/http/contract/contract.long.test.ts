// Drives every operation from the document alone, as it is served: its constraints are those that are enforced, and no
// response is missing in it.
import { createSluice } from "@sluice/core"
import { afterAll, describe, expect, test } from "vitest"
import { createDatabase } from "../../support/database.ts"
import { openApi } from "../api.ts"
import { prepare } from "./prepare.ts"
import { type Broken, createVariants, type Schema } from "./variants.ts"

const database = await createDatabase()
const api = await openApi({
  sluice: createSluice({ database: database.pool }),
  maxBodyBytes: 1_000_000,
  health: { failureRate: 1 }, // some operations need jobs that have failed
})
afterAll(api.close)

/** Holds the lock of a job, as its drainer does. */
const holder = await database.connect()
afterAll(() => holder.end())
const { body: held } = await api.post("/v1/jobs", { name: "held" })
await holder.query("select pg_advisory_lock(sluice.job_lock($1))", [held.id])

const document: Schema = (await api.request("GET", "/openapi.json", { key: null })).body
const { valid, broken, resolve, validate } = createVariants(document)

interface Request {
  readonly params: Record<string, string>
  readonly query: Record<string, unknown>
  readonly body: unknown
  readonly headers: Record<string, string | null>
  readonly key: string | null
}

const operations = Object.entries<Schema>(document.paths).flatMap(([path, methods]) =>
  Object.entries<Schema>(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    operation,
  })),
)

describe.each(operations)("$method $path", ({ path, method, operation }) => {
  const parameters: Schema[] = operation.parameters ?? []
  const bodySchema = operation.requestBody?.content["application/json"].schema
  const needsKey =
    (operation.security ?? document.security).length > 0 &&
    !operation.security?.some((one: object) => Object.keys(one).length === 0)
  const isIdempotent = parameters.some(({ name }) => name === "Idempotency-Key")
  const inPlace = (place: string) => parameters.filter((parameter) => parameter.in === place)

  async function send(given: Partial<Request>) {
    const {
      params = await prepare(operation.operationId, api, database, inPlace("path"), valid),
      query = {},
      body,
      headers = {},
      key = api.key,
    } = given
    const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] as string))
    const asked = new URLSearchParams()
    for (const [name, value] of Object.entries(query))
      for (const one of [value].flat()) asked.append(name, String(one))
    const sent = body === undefined && operation.requestBody?.required ? valid(bodySchema)[0] : body
    const bytes = sent === undefined || Buffer.isBuffer(sent) ? sent : Buffer.from(JSON.stringify(sent))
    const answer = await api.request(method, `${filled}${asked.size > 0 ? `?${asked}` : ""}`, {
      body: bytes,
      headers,
      key,
    })
    assertDocumented(answer, { ...given, body: sent })
    return answer
  }

  /** Its status, its type and its body, which has no more than the document says. */
  function assertDocumented(
    { status, headers, body }: Awaited<ReturnType<typeof api.request>>,
    given: object,
  ): void {
    const response = resolve(operation.responses[status])
    const said = `${describeRequest(given)} is answered ${status} ${JSON.stringify(body)?.slice(0, 300)}`
    expect(response, `${said}, which the document lacks`).toBeDefined()
    for (const name of Object.keys(status === 201 ? (response.headers ?? {}) : {}))
      expect(headers.get(name), `${said}: ${name}`).not.toBeNull()
    expect(body === undefined, said).toBe(response.content === undefined)
    if (response.content === undefined) return
    const type = headers.get("content-type")?.split(";")[0] as string
    expect(Object.keys(response.content), said).toContain(type)
    const shown = type === "text/event-stream" ? dataOf(body) : body
    expect(validate(closed(response.content[type].schema), shown), said).toBeUndefined()
  }

  async function assertRefused(given: Partial<Request>, path?: Broken["path"]): Promise<void> {
    const { status, body } = await send(given)
    const said = `${describeRequest(given)} is answered ${status} ${JSON.stringify(body)?.slice(0, 300)}`
    expect([413, 422], said).toContain(status)
    if (path && body.errors)
      expect(isAt(body.errors[0].pointer, path, given.body), `${said}, not at ${path.join("/")}`).toBe(true)
  }

  test("what the document allows is accepted", async () => {
    const outcomes: boolean[] = []
    const accept = async (given: Partial<Request>) => void outcomes.push(await isAccepted(given))
    const bodies = bodySchema
      ? [...valid(bodySchema), ...(operation.requestBody.required ? [] : [undefined])]
      : [undefined]
    for (const body of bodies) await accept({ body })
    for (const { name, schema } of inPlace("query"))
      for (const value of valid(schema)) await accept({ query: { [name]: value } })
    for (const { name, schema } of inPlace("path"))
      for (const value of valid(schema)) await accept({ params: { [name]: String(value) } })
    if (isIdempotent) for (const key of ['"a b"', "c"]) await accept({ headers: { "Idempotency-Key": key } })
    expect(outcomes, "it succeeds").toContain(true)
  })

  /** Fails for a request that is refused; false where only what it is about isn't there, or doesn't allow it. */
  async function isAccepted(given: Partial<Request>): Promise<boolean> {
    const { status, body } = await send(given)
    if (isWrongBesideOthers(status, body)) return false
    const said = `${describeRequest(given)} is answered ${status} ${JSON.stringify(body)?.slice(0, 300)}`
    if (status < 400) return true
    expect([404, 409], said).toContain(status)
    return false
  }

  test("what breaks a constraint is refused at its place, and nothing is changed", async () => {
    const params = await prepare(operation.operationId, api, database, inPlace("path"), valid)
    const before = await contents()
    if (bodySchema)
      for (const { value, path } of broken(bodySchema)) await assertRefused({ params, body: value }, path)
    for (const { name, schema } of inPlace("query"))
      for (const { value } of brokenTexts(schema)) await assertRefused({ params, query: { [name]: value } })
    if (inPlace("query").length > 0 && needsKey) await assertRefused({ params, query: { nonesuch: 1 } })
    for (const { name, schema } of inPlace("path"))
      for (const { value } of brokenTexts(schema).filter(({ value }) => value !== ""))
        await assertRefused({ params: { ...params, [name]: String(value) } })
    if (isIdempotent) expect((await send({ params, headers: { "Idempotency-Key": '"' } })).status).toBe(400)
    expect(await contents()).toEqual(before)
  })

  test.runIf(needsKey)("without the key it is refused, and nothing is changed", async () => {
    const params = await prepare(operation.operationId, api, database, inPlace("path"), valid)
    const before = await contents()
    for (const key of [null, "wrong"]) expect((await send({ params, key })).status).toBe(401)
    expect(await contents()).toEqual(before)
  })

  test.runIf(bodySchema !== undefined)(
    "a body that is no JSON in UTF-8, or is too large, is refused",
    async () => {
      const params = await prepare(operation.operationId, api, database, inPlace("path"), valid)
      const before = await contents()
      const wrongType = { "content-type": "text/plain" }
      expect((await send({ params, body: {}, headers: wrongType })).status).toBe(415)
      for (const body of [Buffer.from("{"), Buffer.from("[1,]"), Buffer.from([0x22, 0xff, 0x22])])
        expect((await send({ params, body })).status).toBe(400)
      expect((await send({ params, body: { a: "x".repeat(1_000_000) } })).status).toBe(413)
      expect((await send({ params, body: Buffer.from('{"a":12345678901234567890}') })).status).toBe(422)
      expect(await contents()).toEqual(before)
    },
  )
})

test("other methods are answered 405, and OPTIONS with those that a path has", async () => {
  for (const [path, methods] of Object.entries<Schema>(document.paths)) {
    const allowed = Object.keys(methods).map((method) => method.toUpperCase())
    const url = path.replace(/\{\w+\}/g, "1")
    const options = await api.request("OPTIONS", url)
    expect({ path, status: options.status }).toEqual({ path, status: 204 })
    const allow = options.headers.get("allow")?.split(", ") ?? []
    expect({
      path,
      allow: allow.filter((method) => method !== "HEAD" && method !== "OPTIONS").sort(),
    }).toEqual({ path, allow: allowed.sort() })
    expect(allow.includes("HEAD")).toBe(allowed.includes("GET"))
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter(
      (method) => !allowed.includes(method),
    )) {
      const { status, headers, body } = await api.request(method, url)
      expect({ method, path, status, code: body.code }).toEqual({
        method,
        path,
        status: 405,
        code: "method_not_allowed",
      })
      expect(headers.get("allow")).toBe(options.headers.get("allow"))
      expect(headers.get("content-type")).toBe("application/problem+json")
    }
  }
})

/** Whether a value is wrong because of others: what the definition of the job says, which jobs there are, or the limit of a rate. */
function isWrongBesideOthers(status: number, problem?: { code: string; detail: string }): boolean {
  if (status !== 422 || problem === undefined) return false
  const { code, detail } = problem
  return (
    ["missing_option", "parent_not_found", "request_differs"].includes(code) ||
    detail.includes("give an instant before `until`") ||
    detail.includes("longestWait is given: give it with") ||
    /rate is \{.*burst: 1000000/.test(detail)
  )
}

/** The first event of a stream. */
function dataOf(events: string): unknown {
  return JSON.parse(/^data: (.*)$/m.exec(events)?.[1] ?? "")
}

/** A server takes no longer URL. */
const LONGEST_URL_PART = 4_000

/** What is sent in a path or a query is text. */
function brokenTexts(schema: Schema): Broken[] {
  const isNumber = schema.type === "integer" || schema.type === "number"
  return broken(schema).filter(
    ({ value }) =>
      (typeof value === "string" || (isNumber && typeof value === "number")) &&
      encodeURIComponent(value).length < LONGEST_URL_PART,
  )
}

/** Whether the place that was reported is the broken one, what contains it, or, as of a key that is missing, is in it. */
function isAt(pointer: string, path: Broken["path"], body: unknown): boolean {
  const broken = path.map((step) => `/${step}`).join("")
  const value = path.reduce((node, step) => (node as Record<string, unknown>)?.[step], body)
  const hasParts = typeof value === "object" && value !== null
  return (
    pointer === broken ||
    (pointer !== "" && broken.startsWith(`${pointer}/`)) ||
    (hasParts && pointer.startsWith(`${broken}/`))
  )
}

function describeRequest({ body, ...given }: Partial<Request>): string {
  const text = Buffer.isBuffer(body) ? "bytes" : JSON.stringify(body)
  return `${JSON.stringify(given)} with ${text === undefined || text.length < 200 ? text : `${text.slice(0, 200)}…`}`
}

/** The same schema, for responses that have nothing but what it describes. */
function closed(schema: Schema): Schema {
  const known = closedSchemas.get(schema)
  if (known) return known
  const made = close(schema)
  closedSchemas.set(schema, made)
  return made
}

const closedSchemas = new Map<Schema, Schema>()

function close(given: Schema): Schema {
  if (Array.isArray(given)) return given.map(close)
  if (typeof given !== "object" || given === null) return given
  const { examples, default: _default, ...schema } = resolve(given)
  const parts = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "properties"
        ? Object.fromEntries(
            Object.entries(value as object).map(([name, property]) => [name, close(property)]),
          )
        : close(value),
    ]),
  )
  return schema.properties && schema.additionalProperties === undefined
    ? { ...parts, additionalProperties: false }
    : parts
}

/** All rows of all tables, without the audit log, which has what was refused, too. */
async function contents(): Promise<unknown> {
  const tables = await database.rows(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'sluice' and tablename <> 'audit_log' order by 1",
  )
  const parts = tables.map(
    ({ name }) =>
      `select '${name}' as name, count(*)::int as rows, md5(string_agg(t::text, ',' order by t::text)) as hash from ${name} t`,
  )
  return database.rows(`${parts.join(" union all ")} order by name`)
}
