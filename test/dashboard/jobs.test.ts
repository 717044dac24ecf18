import { createSluice, defineJob, type Sluice } from "@sluice/core"
import { cloudWatchLogs, type InputSchema } from "@sluice/http/dashboard"
import { toJsonSchema } from "@valibot/to-json-schema"
import { expect, test } from "vitest"
import { z } from "zod"
import { noop } from "../../functions/jobs/noop.ts"
import { recordUsage } from "../../functions/jobs/record-usage.ts"
import { webhook } from "../../functions/jobs/webhook.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { readable, visitDashboard } from "./dashboard.ts"
import { storeJobs } from "./jobs-fixture.ts"

const database = await createDatabase()
const { sluice, ids } = await storeJobs(database)
const { get, post } = visitDashboard(sluice, "operator")
const reader = visitDashboard(sluice, "reader")
const byName = createSluice({ database: database.pool }) as unknown as Sluice

/** The ids of the jobs in a list, in its order. */
const idsIn = (html: string) => [...html.matchAll(/id="row-(\d+)"/g)].map(([, id]) => id)

/** Where a list continues. */
const nextIn = (html: string) => /href="([^"]*after=[^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&")

const page = async (path: string): Promise<string> => {
  const { status, text } = await get(path)
  expect(status, readable(text)).toBe(200)
  return text
}

test("the list has all jobs, and the tabs say how many are in each state", async () => {
  const text = await page("/jobs")
  const seen = idsIn(text)
  for (let next = nextIn(text); next; ) {
    const further = await page(next) // the machine is slow
    seen.push(...idsIn(further))
    next = nextIn(further)
  }
  expect(seen).toHaveLength(12)
  expect(readable(text)).toMatch(
    /All 12 Running 0 Ready 2 Scheduled 2 Blocked 0 Waiting 1 Succeeded 5 Discarded 1 Canceled 1/,
  )
})

test.each([
  ["?state=discarded", ["discarded"]],
  ["?q=error:CardDeclined", ["retried"]],
  ["?q=class:Discard", ["discarded"]],
  ["?q=input.order.id:17", ["discarded"]],
  ['?q=tag:"spring campaign" state:ready', ["ready"]],
  ["?key=account-17", ["retried"]],
  ["?q=key:invoice-12", ["ready"]],
  ["?q=import-orders", ["discarded"]],
  ["?state=scheduled&state=canceled", ["scheduled", "retried", "canceled"]],
  ["?name=import-orders&q=since:1h", ["discarded"]],
  ["?name=import-orders&until=1h", []],
] as const)("the list %s has exactly its jobs", async (query, labels) => {
  let text = await page(`/jobs${query.replaceAll(" ", "%20").replaceAll('"', "%22")}`)
  while (idsIn(text).length === 0 && text.includes("Look further")) text = await page(nextIn(text) as string) // the machine is slow
  expect(idsIn(text)).toEqual(labels.map((label) => ids[label]))
})

test("a condition is a badge that can be taken away, whatever was typed", async () => {
  const text = await page("/jobs?name=import-orders&q=error:Discard")
  expect(readable(text)).toContain("Name: import-orders")
  expect(readable(text)).toContain("Error: Discard")
  expect(text).toContain('href="/jobs?error=Discard"')
  expect(text).toContain('href="/jobs?name=import-orders"')
})

test.each([
  ["metadata=customer:7", ["succeeded", "ready"]],
  ["q=metadata.customer:7 state:succeeded", ["succeeded"]],
  ['q=metadata.customer:"7"', []],
  ["q=metadata.customer:8 metadata.customer:7", ["succeeded", "ready"]],
  ["metadata=customer:7&metadata=region:eu", []],
  ["metadata=region:eu&metadata=customer:7", []],
])("jobs are found by their metadata, compared with its type: %s", async (query, found) => {
  const text = await page(`/jobs?${new URLSearchParams(query)}`)
  expect(idsIn(text).sort()).toEqual(found.map((name) => ids[name]).sort())
  if (found.length === 0) expect(readable(text)).toContain('as in metadata.order:"17"')
})

test.each(["12345678901234567890", "1.0", "1e3", "007"])(
  "%s is text of metadata, as no number is written so",
  async (text) => {
    const { id } = await byName.enqueue("versioned", {}, { metadata: { version: text } })
    expect(idsIn(await page(`/jobs?${new URLSearchParams({ q: `metadata.version:${text}` })}`))).toEqual([id])
    await byName.eraseJobs({ name: "versioned" })
  },
)

test("each key of metadata is a badge of its own, and known ones are offered", async () => {
  const text = await page("/jobs?metadata=customer:7&metadata=region.id:eu")
  expect(readable(text)).toContain("Metadata: customer:7")
  expect(text).toContain('href="/jobs?metadata=region.id%3Aeu"')
  expect(text).toContain('<option value="metadata.customer:">')
  expect(await page("/jobs?metadata=customer:7")).toContain('name="filter.metadata" value="customer:7"')
})

test("a filter that can't be used says why, and the page stays", async () => {
  for (const [query, says] of [
    ["name=no%20spaces", "no spaces"],
    ["state=asleep", "asleep"],
    ["since=yesterday", "yesterday"],
    ["input=novalue", "novalue"],
    ["batch=x", "batch"],
    ["metadata=customer", "filter.metadata"],
    ["after=nowhere", "after"],
  ]) {
    const text = readable(await page(`/jobs?${query}`))
    expect(text, query).toContain("This filter can't be used")
    expect(text).toContain(says)
  }
})

test("a long list continues on further pages, with its conditions", async () => {
  const pages = createSluice({ database: database.pool })
  await pages.enqueueMany(
    Array.from({ length: 120 }, () => ({ name: "many", payload: {}, options: { delay: "1h" as const } })),
  )
  const seen: (string | undefined)[] = []
  let path: string | undefined = "/jobs?name=many&state=scheduled"
  while (path) {
    const text: string = await page(path)
    seen.push(...idsIn(text))
    path = /rel="next"[^>]*href="([^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&")
    if (path) expect(path).toContain("state=scheduled&name=many")
  }
  expect(new Set(seen).size).toBe(120)
  await pages.cancelJobs({ name: "many" })
  await pages.deleteJobs({ name: "many" })
})

test("a reader sees jobs and no way to change them", async () => {
  for (const path of ["/jobs", `/jobs/${ids.retried}`, `/jobs/${ids.discarded}`]) {
    const { status, text } = await reader.get(path)
    expect(status).toBe(200)
    expect(text).not.toMatch(
      /action="\/jobs[^"]*"(?! class="inline"><input type="hidden" name="(state|name))[^>]*method="post"/,
    )
    expect(text).not.toMatch(/type="checkbox"|\/edit"|\/jobs\/new/)
  }
  for (const path of [
    "/jobs/new",
    "/jobs/ask?verb=cancel",
    "/jobs/acted?verb=cancel",
    `/jobs/${ids.ready}/edit`,
  ])
    expect((await reader.get(path)).status, path).toBe(403)
  const before = await sluice.getJob(ids.ready as string)
  for (const path of [
    `/jobs/${ids.ready}/cancel`,
    `/jobs/${ids.ready}/run`,
    `/jobs/${ids.discarded}/retry`,
    `/jobs/${ids.ready}/edit`,
    "/jobs/act",
    "/jobs/ask",
    "/jobs/new",
  ])
    expect((await reader.post(path, { verb: "cancel", id: ids.ready as string })).status, path).toBe(403)
  expect(await sluice.getJob(ids.ready as string)).toEqual(before)
})

test("a job that has failed shows each attempt with its error, its log and who performed it", async () => {
  const text = await page(`/jobs/${ids.retried}`)
  const shown = readable(text)
  expect(shown).toContain("charge-card")
  expect(shown).toContain("Attempt 1 failed, to be retried")
  expect(shown).toContain("CardDeclined")
  expect(shown).toContain("The bank has declined 400 of bob@example.org")
  expect(shown).toContain("8f14e45f-ceea-467f-9d1c-1b9a2a7c3d4e")
  expect(shown).toContain("Charging")
  expect(text).toContain(`href="/jobs?name=charge-card&amp;error=CardDeclined"`)
  expect(text).toContain(`href="/jobs?key=account-17"`)
})

test("a job shows its input, its output, its tags, its parents and its children", async () => {
  const text = readable(await page(`/jobs/${ids.succeeded}`))
  for (const part of [
    "ada@example.org",
    '"charged" : 40',
    "vip",
    "spring campaign",
    "Metadata",
    '"customer" : 7',
  ])
    expect(text).toContain(part)
  expect(await page(`/jobs/${ids.child}`)).toContain(`href="/jobs/${ids.parent}"`)
  expect(await page(`/jobs/${ids.parent}`)).toContain(`href="/jobs/${ids.child}"`)
})

test("a running job says who holds its lock", async () => {
  const client = await database.connect()
  await client.query("select pg_advisory_lock(sluice.job_lock($1))", [ids.ready])
  const [{ pid }] = (await client.query("select pg_backend_pid() as pid")).rows
  await client.query(
    "insert into sluice.drainers (id, slot, backend_pid, label) values (4711, 1, $1, 'request-17')",
    [pid],
  )
  await client.query(
    "insert into sluice.claims (id, drainer_id, job_ids, fences) values (4711, 4711, array[$1::bigint], '{0}')",
    [ids.ready],
  )
  const text = readable(await page(`/jobs/${ids.ready}`))
  expect(text).toContain("Running now")
  expect(text).toMatch(new RegExp(`Drainer request-17 Since .* Server process ${pid}`))
  await client.query("delete from sluice.claims where id = 4711")
  await client.query("delete from sluice.drainers where id = 4711")
  await client.end()
  expect(readable(await page(`/jobs/${ids.ready}`))).not.toContain("Server process")
})

test.each(["999999", "123456789012345"])("the job %s, which isn't there, is said not to be", async (id) => {
  for (const path of [`/jobs/${id}`, `/jobs/${id}/edit`, `/jobs/new?from=${id}`]) {
    const { status, text } = await get(path)
    expect(status).toBe(404)
    expect(readable(text)).toContain(`There is no job ${id}`)
  }
  const { to } = await post(`/jobs/${id}/cancel`)
  expect(readable((await get(to as string)).text)).not.toContain("is canceled")
})

const ready = async (options = {}) =>
  (await byName.enqueue("plain", { a: 1 }, { delay: "1h", ...options })).id

test("the buttons of a job cancel, retry and run it", async () => {
  const id = await ready()
  expect(await post(`/jobs/${id}/run`)).toMatchObject({ status: 303, to: `/jobs/${id}` })
  expect((await byName.getJob(id))?.state).toBe("ready")
  await post(`/jobs/${id}/cancel`)
  expect((await byName.getJob(id))?.state).toBe("canceled")
  await post(`/jobs/${id}/retry`)
  expect(await byName.getJob(id)).toMatchObject({ state: "ready", retries: [{ by: "operator@example.org" }] })
  expect(readable(await page(`/jobs/${id}`))).toContain("Put back into the queue by operator@example.org")
  await byName.cancelJob(id)
})

test("a job that can't be changed that way is left, and the page says why", async () => {
  const { headers } = await post(`/jobs/${ids.succeeded}/cancel`)
  const { text } = await get(`/jobs/${ids.succeeded}`, { cookie: cookieOf(headers) })
  expect(readable(text)).toContain("It has finished.")
})

function cookieOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ")
}

test("selected jobs are counted first, then changed, and those that are left are listed with the reason", async () => {
  const [first, second] = [await ready(), await ready()]
  await byName.cancelJob(second)
  const asked = await post("/jobs/ask", [
    ["verb", "cancel"],
    ["scope", "selection"],
    ["id", first],
    ["id", second],
  ] as never)
  expect(asked).toMatchObject({ status: 303, to: `/jobs/ask?verb=cancel&id=${first}&id=${second}` })
  const question = await page(asked.to as string)
  expect(readable(question)).toContain("This affects 2 jobs.")
  expect((await byName.getJob(first))?.state, "nothing is done yet").toBe("scheduled")

  const running = await byName.enqueue("plain", {})
  const client = await database.connect()
  await client.query(
    "insert into sluice.drainers (id, slot, backend_pid, label) values (4712, 1, pg_backend_pid(), 'x')",
  )
  await client.query(
    "insert into sluice.claims (id, drainer_id, job_ids, fences) values (4712, 4712, array[$1::bigint], '{0}')",
    [running.id],
  )
  await client.query("select pg_advisory_lock(sluice.job_lock($1))", [running.id])
  const { to } = await post("/jobs/act", [
    ["verb", "update"],
    ["priority", "7"],
    ["id", first],
    ["id", running.id],
    ["id", second],
  ] as never)
  await client.query("delete from sluice.claims where id = 4712")
  await client.query("delete from sluice.drainers where id = 4712")
  await client.end()
  const result = readable(await page(to as string))
  expect(result).toContain("Jobs changed")
  expect(result).toMatch(new RegExp(`${running.id} It is running`))
  expect(result).toMatch(new RegExp(`${second} It has finished`))
  expect(await byName.getJob(first)).toMatchObject({ priority: 7 })
  await byName.cancelJobs({ ids: [first, running.id] })
})

test("all jobs that match are counted, and changed without the others", async () => {
  await byName.enqueueMany(
    Array.from({ length: 60 }, (_, nth) => ({
      name: "bulk",
      payload: {},
      options: { delay: "1h" as const, tags: [nth < 55 ? "yes" : "no"] },
    })),
  )
  const asked = await post("/jobs/ask", {
    verb: "cancel",
    scope: "all",
    "filter.name": "bulk",
    "filter.tag": "yes",
  })
  expect(asked.to).toBe("/jobs/ask?name=bulk&tag=yes&verb=cancel")
  const question = await page(asked.to as string)
  expect(readable(question)).toContain("This affects 55 jobs.")
  const { to } = await post("/jobs/act", { verb: "cancel", name: "bulk", tag: "yes", total: "55" })
  expect(to).toMatch(/matched=55&changed=55/)
  expect((await byName.countJobs({ name: "bulk" })).states).toMatchObject({
    canceled: { count: 55 },
    scheduled: { count: 5 },
  })
})

/** The hidden fields of the form that does what a page asks about. */
function fieldsOf(question: string): URLSearchParams {
  const form = /<form[^>]*action="\/jobs\/act".*?<\/form>/s.exec(question)?.[0] ?? ""
  const fields = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return new URLSearchParams(fields.map(([, name = "", value = ""]): [string, string] => [name, value]))
}

test("what matches only after the reader was asked is left as it is", async () => {
  const delayed = { name: "grows", payload: {}, options: { delay: "1h" } } as const
  await byName.enqueueMany([delayed, delayed])
  const question = await eventually(async () => {
    const shown = await page("/jobs/ask?verb=cancel&name=grows") // jobs of the same millisecond came after the question
    expect(readable(shown)).toContain("This affects 2 jobs.")
    return shown
  })
  await byName.enqueueMany([delayed])
  const { to } = await post("/jobs/act", fieldsOf(question))

  expect(to).toMatch(/matched=2&changed=2/)
  expect((await byName.countJobs({ name: "grows" })).states).toMatchObject({
    canceled: { count: 2 },
    scheduled: { count: 1 },
  })
})

test("a length of time in the filter goes back from when the reader was asked", async () => {
  await byName.enqueue("ages", {}, { delay: "1h" })
  await database.pool.query(
    "update sluice.jobs set enqueued_at = now() - interval '2 hours' where name = 'ages'",
  )
  const sent = fieldsOf(await page("/jobs/ask?verb=cancel&name=ages&until=1h"))
  const asked = new Date(Date.now() - 90 * 60_000).toISOString()

  expect((await post("/jobs/act", { ...Object.fromEntries(sent), asked })).to).toMatch(/matched=0&changed=0/)
  expect((await post("/jobs/act", sent)).to).toMatch(/matched=1&changed=1/)
})

test("a verb touches no job in a state that the list doesn't show", async () => {
  const { text } = await get("/jobs/ask?verb=retry&state=succeeded")
  expect(readable(text)).toContain("This affects nothing.")
  const before = await byName.countJobs()
  await post("/jobs/act", { verb: "retry", state: "succeeded" })
  await post("/jobs/act", { verb: "delete", state: "ready" })
  expect(await byName.countJobs()).toEqual(before)
})

test("nothing selected, an unknown verb and a filter that can't be used change nothing", async () => {
  const before = await byName.countJobs()
  expect((await post("/jobs/ask", { verb: "cancel", scope: "selection" })).to).toBe("/jobs")
  expect((await post("/jobs/ask", { verb: "explode", scope: "all" })).to).toBe("/jobs")
  expect((await post("/jobs/act", { verb: "explode" })).to).toBe("/jobs")
  expect((await get("/jobs/ask?verb=explode")).status).toBe(404)
  expect((await get("/jobs/ask?verb=cancel&since=yesterday")).status).toBe(200)
  const { status, text } = await post("/jobs/act", { verb: "cancel", name: "no spaces" })
  expect(status).toBe(422)
  expect(readable(text)).toContain("no spaces")
  expect(await byName.countJobs()).toEqual(before)
})

test("work that isn't done in time has a form that continues it", async () => {
  const { text } = await get(
    "/jobs/acted?verb=delete&matched=500&changed=500&total=9000&name=bulk&after=5-20-100",
  )
  expect(readable(text)).toContain("Deleting jobs")
  const form = /<form[^>]*id="continue".*?<\/form>/s.exec(text)?.[0]
  for (const [name, value] of [
    ["verb", "delete"],
    ["name", "bulk"],
    ["after", "5-20-100"],
    ["matched", "500"],
    ["total", "9000"],
  ])
    expect(form).toContain(`name="${name}" value="${value}"`)
  const bad = await post("/jobs/act", { verb: "cancel", name: "bulk", after: "nonsense" })
  expect(bad.status).toBe(422)
})

test("a job is edited, and only what was changed is", async () => {
  const id = await ready({ tags: ["old"], metadata: { keep: true } })
  const form = {
    priority: "3",
    queue: "other",
    tags: "new, newer",
    payload: '{"a":2}',
    metadata: '{"keep":true}',
    due: "2h",
  }
  expect(await post(`/jobs/${id}/edit`, form)).toMatchObject({ status: 303, to: `/jobs/${id}` })
  expect(await byName.getJob(id)).toMatchObject({
    priority: 3,
    queue: "other",
    tags: ["new", "newer"],
    payload: { a: 2 },
    metadata: { keep: true },
  })
  await byName.updateJob(id, { payload: { a: 3 } })
  const { text } = await get(`/jobs/${id}/edit`)
  expect(text).toContain("&quot;a&quot;: 3")
  await byName.cancelJob(id)
  const late = await post(`/jobs/${id}/edit`, form)
  expect(late.status).toBe(422)
  expect(readable(late.text)).toContain("It has finished.")
})

test.each([
  [{ payload: "{" }, "This is not valid JSON."],
  [{ priority: "many" }, "This is not a number."],
  [{ due: "soon" }, "Give a time"],
  [{ queue: "no spaces" }, "no spaces"],
  [{ priority: "1.5" }, "1.5"],
  [{ metadata: "[]" }, "JSON object"],
])("an edit with %j is refused beside its field, with what was typed", async (wrong, says) => {
  const id = await ready()
  const { status, text } = await post(`/jobs/${id}/edit`, {
    payload: '{"a":1}',
    metadata: "{}",
    tags: "",
    ...wrong,
  })
  expect(status).toBe(422)
  const field = Object.keys(wrong)[0]
  expect(new RegExp(`id="field-${field}-error">[^<]*`).exec(text)?.[0].replaceAll("&quot;", '"')).toContain(
    says,
  )
  expect(await byName.getJob(id)).toMatchObject({ payload: { a: 1 }, priority: 0, queue: "default" })
  await byName.cancelJob(id)
})

test("a form without fields says why", async () => {
  const opaque = defineJob({
    name: "opaque",
    input: { "~standard": { version: 1, vendor: "own", validate: (value: unknown) => ({ value }) } },
    perform() {},
  })
  const visitor = visitDashboard(
    createSluice({ database: database.pool, jobs: [opaque, defineJob({ name: "plain", perform() {} })] }),
  )
  const words = async (name: string) => readable((await visitor.get(`/jobs/new?name=${name}`)).text)
  expect(await words("opaque")).toContain("schema can't be shown as fields")
  expect(await words("plain")).toContain("has no input schema")
  expect(await words("elsewhere")).toContain("doesn't have this definition")
})

test("a job is enqueued by a form with the fields of its schema, whose errors stand beside them", async () => {
  const empty = await page("/jobs/new?name=charge-card")
  expect(empty).toContain('type="email"')
  expect(readable(empty)).toContain("Who gets the receipt")
  const wrong = await post("/jobs/new", {
    name: "charge-card",
    "input.to": "nobody",
    "input.amount": "0",
    "input.currency": "USD",
    "input.lines": '[{"sku":5}]',
  })
  expect(wrong.status).toBe(422)
  for (const key of ["to", "amount", "lines"]) expect(wrong.text).toContain(`id="field-input.${key}-error"`)
  expect(wrong.text).toContain('value="nobody"')

  const { to } = await post("/jobs/new", {
    name: "charge-card",
    "input.to": "ada@example.org",
    "input.amount": "12",
    "input.currency": "USD",
    "input.isTest": "true",
    "input.lines": '[{"sku":"a"}]',
    due: "1h",
    tags: "by hand",
  })
  const job = await sluice.getJob((to as string).replace("/jobs/", ""))
  expect(job).toMatchObject({
    name: "charge-card",
    queue: "payments",
    state: "scheduled",
    tags: ["by hand"],
    payload: { to: "ada@example.org", amount: 12, currency: "USD", isTest: true, lines: [{ sku: "a" }] },
  })
})

test("what the fields can't say of another job's input is copied as JSON", async () => {
  const letter = defineJob({
    name: "letter",
    input: z.looseObject({ to: z.string(), body: z.string(), copies: z.number().optional() }),
    perform() {},
  })
  const own = createSluice({ database: database.pool, jobs: [letter] }) as unknown as Sluice
  const visitor = visitDashboard(own, "operator")
  const copyOf = async (payload: Record<string, unknown>) => {
    const { id } = await own.enqueue("letter", payload)
    return (await visitor.get(`/jobs/new?from=${id}`)).text
  }
  expect(await copyOf({ to: "ada", body: "hello" })).toContain('name="input.body"')
  const more = { to: "ada", body: "hello", stamp: 1 }
  for (const payload of [more, { to: "ada", body: "Dear Ada,\r\nhello" }]) {
    const text = await copyOf(payload)
    expect(text).not.toContain('name="input.body"')
    const json = /name="payload"[^>]*>([^<]*)</.exec(text)?.[1]?.replaceAll("&quot;", '"')
    expect(JSON.parse(json as string)).toEqual(payload)
  }
  const wrong = await visitor.post("/jobs/new", { name: "letter", payload: '{"to":1}' })
  expect(wrong.text).toMatch(/id="field-payload-error"/)
  const { to } = await visitor.post("/jobs/new", { name: "letter", payload: JSON.stringify(more) })
  expect(await own.getJob((to as string).replace("/jobs/", ""))).toMatchObject({ payload: more })
})

test("a text may have several lines, which arrive as they were, and a short one has a single line", async () => {
  const letter = defineJob({
    name: "letter",
    input: z.object({ to: z.string().max(80), body: z.string(), mail: z.email().optional() }),
    perform() {},
  })
  const own = createSluice({ database: database.pool, jobs: [letter] }) as unknown as Sluice
  const visitor = visitDashboard(own, "operator")
  const body = "\nDear Ada,\n\n</textarea><b>hello"
  const { id } = await own.enqueue("letter", { to: "ada", body })
  const { text } = await visitor.get(`/jobs/new?from=${id}`)
  expect(text).toMatch(
    /<textarea[^>]*name="input.body"[^>]*rows="4">\n\nDear Ada,\n\n&lt;\/textarea&gt;&lt;b&gt;hello/,
  )
  expect(text).toMatch(/<input[^>]*name="input.to"[^>]* type="text"/)
  expect(text).toMatch(/<input[^>]*name="input.mail"[^>]* type="email"/)
  const sent = body.replaceAll("\n", "\r\n")
  const { to } = await visitor.post("/jobs/new", { name: "letter", "input.to": "ada", "input.body": sent })
  expect(await own.getJob((to as string).replace("/jobs/", ""))).toMatchObject({
    payload: { to: "ada", body },
  })
})

test.each([
  ["payload", { name: "order", payload: '{"id": 12345678901234567890}' }],
  ["metadata", { name: "order", payload: "{}", metadata: '{"id": 12345678901234567890}' }],
  ["input.amount", { name: "charge-card", "input.amount": "12345678901234567890" }],
])("a number that JavaScript would change is refused in %s", async (field, form) => {
  const { status, text } = await post("/jobs/new", form)
  expect(status).toBe(422)
  const complaint = new RegExp(`id="field-${field}-error">[^<]*`).exec(text)?.[0]
  expect(complaint).toContain("JavaScript has no number 12345678901234567890")
})

test("the jobs that are shipped have fields, though their schemas can't describe themselves", async () => {
  const shipped = createSluice({
    database: database.pool,
    jobs: [recordUsage, webhook, noop],
  }) as unknown as Sluice
  const jsonSchema = (input: InputSchema) =>
    toJsonSchema(input as never, { typeMode: "input", errorMode: "ignore" })
  const visitor = visitDashboard(shipped, "operator", { jsonSchema })
  const form = (await visitor.get("/jobs/new?name=record-usage")).text
  for (const key of ["customer", "metric", "quantity"]) expect(form).toContain(`name="input.${key}"`)
  expect((await visitor.get("/jobs/new?name=noop")).text).toContain('name="payload"')
  expect((await visitDashboard(shipped, "operator").get("/jobs/new?name=webhook")).text).toContain(
    'name="payload"',
  )

  const wrong = await visitor.post("/jobs/new", { name: "webhook", "input.url": "nowhere" })
  expect(wrong.status).toBe(422)
  expect(/id="field-input.url-error">[^<]*/.exec(wrong.text)?.[0]).toContain("absolute http or https URL")
  const { to } = await visitor.post("/jobs/new", {
    name: "webhook",
    "input.url": "https://example.org/hook",
    "input.method": "PUT",
    "input.expect": "[200,204]",
    due: "1h",
  })
  expect(await shipped.getJob((to as string).replace("/jobs/", ""))).toMatchObject({
    payload: { url: "https://example.org/hook", method: "PUT", expect: [200, 204] },
  })
})

test("a converter that fails leaves a form that takes JSON", async () => {
  const shipped = createSluice({ database: database.pool, jobs: [recordUsage] }) as unknown as Sluice
  const jsonSchema = () => {
    throw new Error("It knows no such schema")
  }
  const { status, text } = await visitDashboard(shipped, "operator", { jsonSchema }).get(
    "/jobs/new?name=record-usage",
  )
  expect(status).toBe(200)
  expect(text).toContain('name="payload"')
})

const selfReferring: Record<string, unknown> = { a: 1 }
selfReferring.self = selfReferring
test.each([
  ["no list of what is required", { required: 5, properties: { a: { type: "string" } } }, true],
  ["a property that is no schema", { properties: { a: null } }, false],
  ["properties that are true or false", { properties: { a: true } }, true],
  ["no list of choices", { properties: { a: { enum: 5 } } }, true],
  ["a title that is no text", { properties: { a: { type: "string", title: { x: 1 } } } }, true],
  ["more choices than one chooses from", { properties: { a: { enum: Array(1_001).fill("b") } } }, true],
  ["a format named like what each object has", { properties: { a: { format: "constructor" } } }, true],
  ["a default that refers to itself", { properties: { a: { default: selfReferring } } }, false],
])("a schema with %s leaves a form, and the name its page", async (_, schema, hasFields) => {
  const shipped = createSluice({ database: database.pool, jobs: [recordUsage] }) as unknown as Sluice
  const jsonSchema = () => ({ type: "object", ...schema })
  const visitor = visitDashboard(shipped, "operator", { jsonSchema })
  const { status, text } = await visitor.get("/jobs/new?name=record-usage")
  expect(status).toBe(200)
  expect(text).toContain(hasFields ? 'name="input.a"' : 'name="payload"')
  expect(text).not.toMatch(/<select[^>]*name="input|\[object/)
  expect((await visitor.get("/names/record-usage")).status).toBe(200)
})

test("fields may be named like what each object has", async () => {
  const shipped = createSluice({ database: database.pool, jobs: [recordUsage] }) as unknown as Sluice
  const properties = JSON.parse('{"__proto__":{"type":"string"},"constructor":{"type":"string"}}')
  const jsonSchema = () => ({ type: "object", properties })
  const { text } = await visitDashboard(shipped, "operator", { jsonSchema }).get(
    "/jobs/new?name=record-usage",
  )
  for (const key of ["__proto__", "constructor"])
    expect(text).toMatch(new RegExp(`<textarea[^>]*name="input.${key}"[^>]*>\\n</textarea>`))
})

test("a job whose definition isn't there is enqueued from JSON", async () => {
  const other = visitDashboard(byName, "operator")
  expect((await other.get("/jobs/new?name=charge-card")).text).toContain('name="payload"')
  const { to } = await other.post("/jobs/new", {
    name: "anything",
    payload: '{"deep":[1,{"b":null}]}',
    queue: "mail",
  })
  expect(await byName.getJob((to as string).replace("/jobs/", ""))).toMatchObject({
    name: "anything",
    queue: "mail",
    payload: { deep: [1, { b: null }] },
  })
  for (const [form, field] of [
    [{ name: "anything", payload: "nope" }, "payload"],
    [{ name: "anything", payload: "{}", maxAttempts: "0" }, "maxAttempts"],
    [{ name: "anything", payload: "{}", queue: "a b" }, "queue"],
    [{ name: "anything", payload: "{}", metadata: "5" }, "metadata"],
  ] as const) {
    const { status, text } = await other.post("/jobs/new", form)
    expect(status).toBe(422)
    expect(text).toContain(`id="field-${field}-error"`)
  }
  expect((await other.post("/jobs/new", { name: "no spaces", payload: "{}" })).status).toBe(422)
})

test("a duplicate begins with what the job had, but for its unique key", async () => {
  const text = await page(`/jobs/new?from=${ids.ready}`)
  for (const value of ["eve@example.org", "12", "vip, spring campaign", "payments"])
    expect(text).toContain(`value="${value}"`)
  expect(text).not.toContain("invoice-12")
  expect(text).toContain("&quot;customer&quot;: 7")
})

test("what is hidden from the reader is neither shown, nor edited, nor copied", async () => {
  const { id } = await byName.enqueue(
    "plain",
    { password: "hunter2", a: 1 },
    { delay: "1h", metadata: { token: "tok-1" } },
  )
  for (const path of [`/jobs/${id}`, `/jobs/${id}/edit`, `/jobs/new?from=${id}`]) {
    const text = await page(path)
    expect(text, path).not.toMatch(/hunter2|tok-1/)
  }
  await post(`/jobs/${id}/edit`, { payload: '{"a":2}', metadata: "{}", priority: "4" })
  expect(await byName.getJob(id)).toMatchObject({
    priority: 4,
    payload: { password: "hunter2", a: 1 },
    metadata: { token: "tok-1" },
  })
})

test("a drainer on Lambda leads to its lines in CloudWatch", async () => {
  const logLink = cloudWatchLogs({
    region: "eu-central-1",
    functionName: "arn:aws:lambda:eu-central-1:123456789012:function:shop-drain",
  })
  const { text } = await visitDashboard(sluice, "reader", { logLink }).get(`/jobs/${ids.retried}`)
  expect(text).toContain(
    'href="https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fshop-drain/log-events$3FfilterPattern$3D$25228f14e45f-ceea-467f-9d1c-1b9a2a7c3d4e$2522"',
  )
  expect(logLink("process 17")).toBeUndefined()
  expect(
    cloudWatchLogs({ region: "eu-central-1", functionName: undefined })(ids.retried as string),
  ).toBeUndefined()
})

test("the page of a job shows all of its tags, its row in the list the first five", async () => {
  const tags = Array.from({ length: 8 }, (_, nth) => `tag-${nth}`)
  const { id } = await byName.enqueue("tagged", {}, { delay: "1h", tags })

  expect(readable(await page(`/jobs/${id}`))).toContain("tag-7")
  expect(readable(await page("/jobs?name=tagged"))).toContain("tag-4 +3")
})

test("a new job's name is picked from those that are known", async () => {
  expect(await page("/jobs/new")).toContain('href="/jobs/new?name=import-orders"')
})

test("what somebody else has changed since a form was shown stays, unless the form changes it too", async () => {
  const { id } = await byName.enqueue("welcome-mail", {}, { delay: "1h", priority: 1, tags: ["a"] })
  const shown = await page(`/jobs/${id}/edit`)
  const was = Array.from(
    shown.matchAll(/name="(was\.\w+)" value="([^"]+)"/g),
    ([, name = "", value = ""]) => [name, value],
  )
  const form = {
    ...Object.fromEntries(was),
    priority: "1",
    queue: "default",
    payload: "{}\r\n",
    metadata: "{}",
  }
  await byName.updateJob(id, { priority: 5, tags: ["b"], payload: { now: true } })
  expect(await post(`/jobs/${id}/edit`, { ...form, tags: "c" })).toMatchObject({ status: 303 })

  expect(was).toHaveLength(6)
  expect(await byName.getJob(id)).toMatchObject({ priority: 5, tags: ["c"], payload: { now: true } })
})

test("a form that is sent twice enqueues one job", async () => {
  const once = /name="once" value="([^"]+)"/.exec(await page("/jobs/new?name=welcome-mail"))?.[1] ?? ""
  const sent = { name: "welcome-mail", once, payload: "{}", due: "1h", tags: "twice" }
  const [first, second] = await Promise.all([post("/jobs/new", sent), post("/jobs/new", sent)])

  expect(once).toHaveLength(36)
  expect(first.to).toBe(second.to)
  expect((await byName.countJobs({ tag: "twice" })).count).toBe(1)
})

test("a form that is sent again after going back and editing it enqueues what it says then", async () => {
  const sent = { name: "welcome-mail", once: "3c1e", payload: "{}", due: "1h", tags: "edited" }
  const first = await post("/jobs/new", sent)
  const second = await post("/jobs/new", { ...sent, due: "2h" })

  expect(second.to).not.toBe(first.to)
  expect((await byName.countJobs({ tag: "edited" })).count).toBe(2)
})
