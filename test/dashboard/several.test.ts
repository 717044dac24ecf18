import { createSluice, defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const refund = defineJob({
  name: "refund",
  input: z.object({ order: z.number(), note: z.string().optional(), urgent: z.boolean().optional() }),
  async perform() {},
})
const { sluice } = drainable(database, [refund])
const operator = visitDashboard(sluice, "operator")
const PATH = "/jobs/new/several"

beforeEach(async () => {
  await sluice.eraseJobs({ name: ["refund", "elsewhere"] })
})

const payloads = async () =>
  (await database.rows("select payload from sluice.jobs order by id")).map(({ payload }) => payload)

test("the form of a job leads to the one for several, which names the fields", async () => {
  expect((await operator.get("/jobs/new?name=refund")).text).toContain('href="/jobs/new/several?name=refund"')
  const { text } = await operator.get(`${PATH}?name=refund`)
  expect(readable(text)).toContain("whose first line names fields: order, note, urgent")
})

test.each([PATH, "/jobs/acted", "/jobs/acted?verb=sing"])(
  "the address %s, which lacks what it needs, says that there is nothing",
  async (address) => {
    const { status, text } = await operator.get(address)
    expect(status).toBe(404)
    expect(readable(text)).toContain("Not found")
  },
)

test("a list is checked first, which stores nothing, and then stored as a batch", async () => {
  const form = { name: "refund", rows: '[{"order": 1}, {"order": 2, "note": "late"}]' }
  const checked = await operator.post(PATH, { ...form, step: "check" })
  expect(checked.status).toBe(200)
  expect(readable(checked.text)).toContain(
    '2 jobs can be enqueued. The first of them: Inputs Row Input 1 {"order":1}',
  )
  expect(readable(checked.text)).toContain("Enqueue 2 jobs")
  expect(await payloads()).toEqual([])
  const { to } = await operator.post(PATH, { ...form, step: "enqueue" })
  expect(to).toMatch(/^\/batches\/\d+$/)
  expect(await payloads()).toEqual([{ order: 1 }, { order: 2, note: "late" }])
})

test.each([
  ["a file", "order,note,urgent\n1,late,true\n2,,"],
  ["a spreadsheet", "order\tnote\turgent\r\n1\tlate\ttrue\r\n\r\n2\t\t\r\n"],
  ["a file with quotes", 'order;note;urgent\n"1";"late";"true"\n2;;'],
])("a table as it comes from %s becomes inputs of the schema's types", async (_, rows) => {
  await operator.post(PATH, { name: "refund", rows, step: "enqueue" })
  expect(await payloads()).toEqual([{ order: 1, note: "late", urgent: true }, { order: 2 }])
})

test.each([
  ["a value with the separator", "order,note\n1,Berlin, Germany\n2,late", '1 ["1","Berlin","Germany"]'],
  ["a line that ends early", "order\tnote\n1\tlate\n2", '2 ["2"]'],
])("a row with other cells than the first line is wrong, as %s would be lost", async (_, rows, shown) => {
  const { status, text } = await operator.post(PATH, { name: "refund", rows, step: "enqueue" })
  expect(status).toBe(422)
  expect(readable(text)).toContain(shown)
  expect(readable(text)).toMatch(/There are \d cells, and 2 in the first line/)
  expect(await payloads()).toEqual([])
})

test.each([
  ["TRUE and FALSE, as spreadsheets write them", "order,urgent\n1,TRUE\n2,False", [true, false]],
  ["columns at the end that are empty", "order,urgent,,\n1,true,,\n2,false,,", [true, false]],
  ["an empty cell at the end of the last line", "order\turgent\n1\ttrue\n2\t", [true, undefined]],
  ["returns as line breaks, after a byte order mark", "\uFEFForder,urgent\r1,true\r2,false", [true, false]],
])("a table may have %s", async (_, rows, urgent) => {
  await operator.post(PATH, { name: "refund", rows, step: "enqueue" })
  expect(await payloads()).toEqual(
    urgent.map((one, place) => ({ order: place + 1, ...(one !== undefined && { urgent: one }) })),
  )
})

test("what is neither true nor false is wrong", async () => {
  const rows = "order,urgent\n1,yes"
  const { status, text } = await operator.post(PATH, { name: "refund", rows, step: "enqueue" })
  expect(status).toBe(422)
  expect(readable(text)).toContain("urgent: This is neither true nor false")
})

test("a table of one column has no separators", async () => {
  const visitor = visitDashboard(createSluice({ database: database.pool }), "operator")
  await visitor.post(PATH, {
    name: "elsewhere",
    rows: "city\nBerlin, Germany\nBonn; Germany",
    step: "enqueue",
  })
  expect(await payloads()).toEqual([{ city: "Berlin, Germany" }, { city: "Bonn; Germany" }])
})

test("cells may have separators, quotes and line breaks between quotes", async () => {
  const rows = 'order,note\n1,"late, ""very""\nlate"\n'
  await operator.post(PATH, { name: "refund", rows, step: "enqueue" })
  expect(await payloads()).toEqual([{ order: 1, note: 'late, "very"\nlate' }])
})

test("if one row is wrong none is enqueued, and each that is says why", async () => {
  const rows = '[{"order": 1}, {"order": "<b>x</b>"}, {}]'
  const { status, text } = await operator.post(PATH, { name: "refund", rows, step: "enqueue" })
  expect(status).toBe(422)
  expect(readable(text)).toContain("2 rows can't be enqueued, so none is. Inputs Row Input Problem 2")
  expect(readable(text)).toMatch(/3 \{\} order: .*expected number/)
  expect(text).not.toContain("<b>x")
  expect(text).not.toContain('value="enqueue"')
  const table = await operator.post(PATH, { name: "refund", rows: "order\none\n2", step: "check" })
  expect(readable(table.text)).toMatch(
    /1 row can't be enqueued.* 1 \{"order":"one"\} order: This is not a number/,
  )
  expect(await payloads()).toEqual([])
})

test.each([
  ["There are no inputs", ""],
  ["There are no inputs", "order"],
  ["There are no inputs", "[]"],
  ["This is not valid JSON", "[1,"],
  ["9007199254740993", "[9007199254740993]"],
  ["There is no field colour", "order,colour\n1,red"],
  ["There is no field &quot;&quot;", ",order\n0,1"],
  ["The field order is there twice", "order,order\n1,2"],
  ["Line 3 begins a cell with a quote that nothing ends", 'order,note\n1,a\n2,"late\n3,b'],
  ["Line 4 begins a cell with a quote that nothing ends", '\n\norder,note\n1,"late\n2,"very"\n'],
  ["There is no field options.color", "order,options.color\n1,red"],
  ["more than 1000 levels", `[${"[".repeat(50_000)}${"]".repeat(50_000)}]`],
  ["At most 5,000 jobs", `order,note\n${"1\n".repeat(5_001)}`],
  ["At most 5,000 jobs", `[${"{},".repeat(5_000)}{}]`],
])("what can't be read stays in its field, with the reason: %s", async (reason, rows) => {
  const { status, text } = await operator.post(PATH, { name: "refund", rows, step: "enqueue" })
  expect(status).toBe(422)
  expect(/id="field-rows-error">([^<]*)/.exec(text)?.[1]).toContain(reason)
})

test("quotes within a cell are those of its text", async () => {
  await operator.post(PATH, { name: "refund", rows: 'order,note\n1,a 5" pipe', step: "enqueue" })
  expect(await payloads()).toEqual([{ order: 1, note: 'a 5" pipe' }])
})

const options = () =>
  database.rows(
    "select queue, priority, tags, run_at > now() as later, unique_key from sluice.jobs order by id",
  )

test("options hold for all jobs, but for those that a column sets for its row", async () => {
  const shared = { queue: "slow", priority: "7", tags: "vip, eu", due: "2h" }
  const rows = "order,options.priority,options.due,options.uniqueKey\n1,,,\n2,-3,2020-01-01T00:00Z,refund-2"
  const { to } = await operator.post(PATH, { name: "refund", rows, step: "enqueue", ...shared })
  expect(to).toMatch(/^\/batches\//)
  expect(await options()).toEqual([
    { queue: "slow", priority: 7, tags: ["vip", "eu"], later: true, unique_key: null },
    { queue: "slow", priority: -3, tags: ["vip", "eu"], later: false, unique_key: "refund-2" },
  ])
})

test("a check shows the options that columns set, and keeps those that were filled in", async () => {
  const rows = "order,options.queue\n1,slow"
  const { text } = await operator.post(PATH, { name: "refund", rows, step: "check", priority: "7" })
  expect(readable(text)).toContain('1 {"order":1} {"queue":"slow"}')
  expect(text).toMatch(/id="field-priority"[^>]*value="7"/)
  expect(await payloads()).toEqual([])
})

test("an option that core refuses is wrong when it is checked, of a row and of all", async () => {
  const row = await operator.post(PATH, { name: "refund", rows: "order,options.queue\n1,a b", step: "check" })
  expect(row.status).toBe(422)
  expect(readable(row.text)).toMatch(/1 row can't be enqueued.*options\.queue is "a b"/)
  const number = await operator.post(PATH, {
    name: "refund",
    rows: "order,options.priority\n1,high",
    step: "check",
  })
  expect(readable(number.text)).toContain("options.priority: This is not a number")
  const all = await operator.post(PATH, {
    name: "refund",
    rows: "order\n1",
    queue: "a b",
    step: "check",
  })
  expect(all.status).toBe(422)
  expect(all.text).toMatch(/id="field-queue-error">[^<]*a b/)
  expect(await payloads()).toEqual([])
})

test("what Postgres can't store is wrong when it is checked, too", async () => {
  const check = (form: Record<string, string>) =>
    operator.post(PATH, { name: "refund", rows: '[{"order": 1}]', step: "check", ...form })
  const nul = await check({ rows: String.raw`[{"order": 1, "note": "\u0000"}]` })
  expect(readable(nul.text)).toMatch(/1 row can't be enqueued.*payload\.note is .*without NUL/)
  const column = await check({ rows: String.raw`order,options.metadata${"\n"}1,"{""a"": ""\ud800""}"` })
  expect(readable(column.text)).toMatch(/1 row can't be enqueued.*options\.metadata\.a is .*without NUL/)
  const all = await check({ metadata: JSON.stringify({ a: "x".repeat(70_000) }) })
  expect(all.status).toBe(422)
  expect(all.text).toMatch(/id="field-metadata-error">[^<]*over the limit of 65536/)
})

test("a form that is sent twice stores each job once", async () => {
  const form = { name: "refund", rows: '[{"order": 1}, {"order": 2}]', step: "enqueue", once: "4d1f" }
  const first = await operator.post(PATH, form)
  const second = await operator.post(PATH, form)
  expect(second.to).toBe(first.to)
  expect(await payloads()).toHaveLength(2)
})

test("a form that is sent again after going back and editing it stores what it says then", async () => {
  const form = { name: "refund", rows: '[{"order": 1}]', step: "enqueue", once: "9b0c" }
  const first = await operator.post(PATH, form)
  const second = await operator.post(PATH, { ...form, rows: '[{"order": 2}]' })
  expect(second.to).toMatch(/^\/batches\/\d+$/)
  expect(second.to).not.toBe(first.to)
  expect(await payloads()).toEqual([{ order: 1 }, { order: 2 }])
})

test("a first line of very many columns takes no time that grows with their square", {
  timeout: 120_000,
}, async () => {
  const visitor = visitDashboard(createSluice({ database: database.pool }), "operator")
  const columns = Array.from({ length: 100_000 }, (_, place) => `c${place}`)
  const began = performance.now()
  const { status } = await visitor.post(PATH, { name: "elsewhere", rows: `${columns}\n1`, step: "check" })
  expect(status).toBe(422)
  expect(performance.now() - began).toBeLessThan(10_000)
})

test("without a definition, a table's cells are text, and what core refuses is said", async () => {
  const visitor = visitDashboard(createSluice({ database: database.pool }), "operator")
  await visitor.post(PATH, { name: "elsewhere", rows: "id\n007", step: "enqueue" })
  expect(await payloads()).toEqual([{ id: "007" }])
  const bad = await visitor.post(PATH, { name: "no name", rows: "[{}]", step: "enqueue" })
  expect(bad.status).toBe(422)
  expect(readable(bad.text)).toContain("no name")
})

test("a reader may not", async () => {
  const reader = visitDashboard(sluice, "reader")
  expect((await reader.get(`${PATH}?name=refund`)).status).toBe(403)
  expect((await reader.post(PATH, { name: "refund", rows: '[{"order": 1}]', step: "enqueue" })).status).toBe(
    403,
  )
  expect(await payloads()).toEqual([])
})

test.each(["check", "enqueue"])(
  "a row with text that can't be stored is wrong at the step %s, too",
  async (step) => {
    const rows = "order,note\n1,a\0b\n2,fine"
    const { status, text } = await operator.post(PATH, { name: "refund", rows, step })
    expect(status).toBe(422)
    expect(readable(text)).toContain("1 row can't be enqueued, so none is.")
    expect(readable(text)).toContain("payload.note")
    expect(await payloads()).toEqual([])
  },
)

test("rows whose unique key another job has are counted", async () => {
  const rows = "order,options.uniqueKey\n1,refund-1\n2,refund-1\n3,refund-3"
  const { to, headers } = await operator.post(PATH, { name: "refund", rows, step: "enqueue" })
  const cookie = headers.get("set-cookie")?.split(";")[0] ?? ""
  expect(readable((await operator.get(String(to), { cookie })).text)).toContain(
    "2 jobs are enqueued. 1 was left out, as there is a job with its unique key.",
  )
  expect(await payloads()).toEqual([{ order: 1 }, { order: 3 }])
})
