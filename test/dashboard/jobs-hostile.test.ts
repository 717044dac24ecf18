import { createSluice, type Sluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { readable, visitDashboard } from "./dashboard.ts"

// What a page of jobs shows is data, whatever it looks like, and however much of it there is.
const database = await createDatabase()
const sluice = createSluice({ database: database.pool }) as unknown as Sluice
const { get, post } = visitDashboard(sluice, "operator", { redact: (value) => value })

const EVIL = `"'><script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">x</a>\u202E{id}$&`

/** Nothing of it is markup: no tag, no attribute, no address that it made. */
function expectInert(html: string): void {
  expect(html).not.toMatch(/<script>|<img|onerror=alert\(2\)>|href="javascript:/)
}

const page = async (path: string): Promise<string> => {
  const { status, text } = await get(path)
  expect(status, readable(text).slice(0, 500)).toBe(200)
  return text
}

/** A job of which everything that is text is hostile: stored by somebody with rights on the tables. */
async function storeEvil(): Promise<string> {
  const { id } = await sluice.enqueue(
    "evil",
    { [EVIL]: EVIL, list: [EVIL] },
    {
      delay: "1h",
      tags: [EVIL.slice(0, 128)],
      metadata: { [EVIL]: EVIL, schedule: { key: EVIL, tick: "2026-01-01T00:00:00Z" } },
      uniqueKey: EVIL,
      concurrencyKey: EVIL,
      rateKey: EVIL,
      rate: { limit: 1, per: "1m" },
      fairKey: EVIL,
    },
  )
  await database.rows("update sluice.jobs set queue = left($2, 100), carrier = $3 where id = $1", [
    id,
    EVIL,
    JSON.stringify({ correlationId: EVIL, traceparent: EVIL }),
  ])
  await database.rows(
    `insert into sluice.failures (job_id, started_at, ended_at, duration_ms, waited_ms, drainer_id, attempt, outcome, rule, error_class, error_code, error_message, error_stack)
     values ($1, now(), now(), 1, 1, 77, 1, 'retried', $2, $2, $2, $2, $2)`,
    [id, EVIL],
  )
  await database.rows("insert into sluice.drainers (id, slot, backend_pid, label) values (77, 1, 1, $1)", [
    EVIL,
  ])
  await database.rows(
    `insert into sluice.execution_logs (job_id, ended_at, started_at, duration_ms, drainer_id, attempt, outcome, lines)
     select job_id, ended_at, ended_at, 1, 77, 1, 'retried', $2 from sluice.failures where job_id = $1`,
    [id, JSON.stringify({ at: EVIL, level: EVIL, message: EVIL, [EVIL]: EVIL })],
  )
  await database.rows(
    "insert into sluice.retries (job_id, finished_at, attempts, state, retried_by) values ($1, now(), 1, 'discarded', $2)",
    [id, EVIL],
  )
  await database.rows(
    "insert into sluice.progress (job_id, kind, name, value) values ($1, 'report', '', $2)",
    [id, JSON.stringify({ percent: 50, text: EVIL })],
  )
  return id
}

test("no field of a job becomes markup, on any of its pages", async () => {
  const id = await storeEvil()
  for (const path of ["/jobs", `/jobs/${id}`, `/jobs/${id}/edit`, `/jobs/new?from=${id}`]) {
    const text = await page(path)
    expectInert(text)
    expect(text, path).toContain("&lt;script&gt;alert(1)")
  }
  await database.rows("update sluice.jobs set name = left($2, 100) where id = $1", [id, EVIL])
  for (const path of ["/jobs", `/jobs/${id}`, "/jobs/new"]) expectInert(await page(path))
})

test("no parameter of an address becomes markup", async () => {
  const evil = encodeURIComponent(EVIL)
  const names = [
    "state",
    "name",
    "queue",
    "tag",
    "key",
    "error",
    "input",
    "batch",
    "since",
    "until",
    "q",
    "after",
  ]
  for (const name of names) expectInert(await page(`/jobs?${name}=${evil}`))
  for (const path of [
    `/jobs/new?name=${evil}`,
    `/jobs/ask?verb=cancel&id=${evil}`,
    `/jobs/ask?verb=cancel&tag=${evil}`,
    `/jobs/acted?verb=cancel&matched=${evil}&changed=${evil}&total=${evil}&after=${evil}&refused=12:${evil}&refused=${evil}`,
  ])
    expectInert((await get(path)).text)
  expect((await get(`/jobs/ask?verb=${evil}`)).status).toBe(404)
})

test("no field of a form becomes markup when it is shown again", async () => {
  const id = (await sluice.enqueue("plain", {}, { delay: "1h" })).id
  const edited = await post(`/jobs/${id}/edit`, {
    payload: EVIL,
    queue: EVIL,
    tags: EVIL,
    due: EVIL,
    priority: EVIL,
  })
  expect(edited.status).toBe(422)
  expectInert(edited.text)
  const enqueued = await post("/jobs/new", {
    name: "plain",
    payload: EVIL,
    queue: EVIL,
    uniqueKey: EVIL,
    metadata: EVIL,
  })
  expect(enqueued.status).toBe(422)
  expectInert(enqueued.text)
  const named = await post("/jobs/new", { name: EVIL, payload: "{}" })
  expectInert(named.text)
  const acted = await post("/jobs/act", { verb: "update", name: "plain", toQueue: EVIL, due: EVIL })
  expect(acted.status).toBe(422)
  expectInert(acted.text)
})

test("SQL in a filter is a value that nothing has", async () => {
  const before = await sluice.countJobs()
  for (const value of ["' or 1=1 --", "x'; drop table sluice.jobs; --", "$1", "\\"]) {
    const encoded = encodeURIComponent(value)
    for (const field of ["tag", "key", "error", "q"])
      expect((await get(`/jobs?${field}=${encoded}`)).text).not.toContain('id="row-')
    expect(await page(`/jobs?input=${encodeURIComponent(`a.${value}:${value}`)}`)).not.toContain('id="row-')
  }
  expect(await sluice.countJobs()).toEqual(before)
})

const list = (count: number, field: string, make: (nth: number) => string) =>
  new URLSearchParams(Array.from({ length: count }, (_, nth): [string, string] => [field, make(nth)]))

test.each([
  ["names", list(20_000, "name", (nth) => `name${nth}`)],
  ["conditions of metadata", list(20_000, "metadata", (nth) => `key${nth}:1`)],
  ["conditions of metadata that are typed", list(1, "q", () => "metadata.a:1 ".repeat(20_000))],
])("a form with 20,000 %s doesn't hold up the process", { timeout: 30_000 }, async (_, form) => {
  form.append("verb", "cancel")
  const began = performance.now()
  await post("/jobs/act", form)
  expect(performance.now() - began).toBeLessThan(3_000)
})

test("paths of metadata with thousands of levels are refused, though they lead together", async () => {
  const path = "a.".repeat(3_500)
  const text = await page(`/jobs?metadata=${path}b:1&metadata=${path}c:2`)
  expect(readable(text)).toContain("filter.metadata is nested too deep")
})

test("a key of metadata may have the name of what objects inherit", async () => {
  const { id } = await sluice.enqueue(
    "keyed",
    {},
    { delay: "1h", metadata: JSON.parse('{"__proto__":{"a":1}}') },
  )
  expect(await page("/jobs?metadata=__proto__.a:1&metadata=__proto__.b:1")).not.toContain('id="row-')
  expect(await page("/jobs?metadata=__proto__.a:1")).toContain(`id="row-${id}"`)
})

test("an address with hundreds of conditions makes a page of usual size", async () => {
  const text = await page(`/jobs?${list(2_000, "metadata", (nth) => `${nth}:1`)}`)
  expect(text.length).toBeLessThan(1_000_000)
  expect(text).toContain('href="/jobs"')
})

test("the largest payload is shown whole, and quickly", async () => {
  const payload = { rows: Array.from({ length: 4_000 }, (_, nth) => ({ nth, text: "x".repeat(40) })) }
  const { id } = await sluice.enqueue("large", payload, { delay: "1h" })
  await page(`/jobs/${id}`)
  const began = performance.now()
  const text = await page(`/jobs/${id}`)
  expect(performance.now() - began).toBeLessThan(1_000)
  expect(text).toContain("&quot;nth&quot;: 3999")
  expect(text.length).toBeLessThan(1_500_000)
  expect(await page(`/jobs/${id}/edit`)).toContain("&quot;nth&quot;: 3999")
})

test("JSON as deep as it can be stored is shown", async () => {
  let deep: unknown = "the bottom"
  for (let level = 0; level < 1_000; level++) deep = level % 2 === 0 ? [deep] : { a: deep }
  const { id } = await sluice.enqueue("deep", deep as never, { delay: "1h" })
  expect(await page(`/jobs/${id}`)).toContain("the bottom")
  expect(await page(`/jobs/${id}/edit`)).toContain("the bottom")
})

test("a number that JavaScript would round is left alone by an edit of something else", async () => {
  const { id } = await sluice.enqueue("number", { n: 1 }, { delay: "1h" })
  await database.rows("update sluice.jobs set payload = '{\"n\": 12345678901234567890}' where id = $1", [id])
  const shown = await page(`/jobs/${id}/edit`)
  const payload = /name="payload"[^>]*>\s*(\{[^<]*)<\/textarea>/
    .exec(shown)?.[1]
    ?.replaceAll("&quot;", '"') as string
  await post(`/jobs/${id}/edit`, { payload, metadata: "{}", tags: "", priority: "2" })
  const [row] = await database.rows("select payload::text, priority from sluice.jobs where id = $1", [id])
  expect(row).toEqual({ payload: '{"n": 12345678901234567890}', priority: 2 })
})

test("of a thousand attempts the last are shown, and the others are on pages before", async () => {
  const { id } = await sluice.enqueue("stubborn", {}, { delay: "1h" })
  await database.rows(
    `insert into sluice.failures (job_id, started_at, ended_at, duration_ms, waited_ms, attempt, outcome, error_class, error_message)
     select $1, now() - (1001 - n) * interval '1 minute', now() - (1001 - n) * interval '1 minute', 5, 5, n, 'retried', 'Error', 'failure ' || n || '.'
     from generate_series(1, 1000) n`,
    [id],
  )
  await database.rows(
    "update sluice.jobs set attempts = 1000, enqueued_at = now() - interval '1 day' where id = $1",
    [id],
  )
  const seen = new Set<string>()
  let path: string | undefined = `/jobs/${id}`
  for (let pages = 0; path && pages < 30; pages++) {
    const text: string = await page(path)
    for (const [, nth] of text.matchAll(/failure (\d+)\./g)) seen.add(nth as string)
    if (pages === 0) expect(readable(text)).toContain("Failures 951 to 1,000 of 1,000")
    path = /href="(\/jobs\/\d+\?errors=\d+)"[^>]*>Earlier/.exec(text)?.[1]
  }
  expect(seen.size).toBe(1_000)
  expect(readable(await page(`/jobs/${id}?errors=0`))).toContain("Failures 1 to 50 of 1,000")
  for (const errors of ["-1", "x", "1e99", "99999999999", "5000"])
    expect((await get(`/jobs/${id}?errors=${errors}`)).status).toBe(200)
})
