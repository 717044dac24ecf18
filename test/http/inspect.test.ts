import type { Finding } from "@sluice/core"
import { openApiDocument } from "@sluice/http"
import { Ajv2020 } from "ajv/dist/2020.js"
import { expect, test } from "vitest"
import { useApi } from "./api.ts"

// What the dashboard shows, over HTTP: each answer says what core says, and is as the document describes it.
const api = await useApi()
const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(openApiDocument, "openapi")

async function get(path: string, component: string) {
  const { status, body } = await api.get(path)
  expect({ path, status }, JSON.stringify(body)).toEqual({ path, status: 200 })
  expect(ajv.validate(`openapi#/components/schemas/${component}`, body), JSON.stringify(ajv.errors)).toBe(
    true,
  )
  return body
}

const enqueue = async (name: string, options: object = {}) =>
  (await api.post("/v1/jobs", { name, options })).body.id as string

test("the overview and the backlog tell what waits", async () => {
  await enqueue("anything", { queue: "mail" })
  await enqueue("anything", { delay: "1h" })
  await api.post("/v1/queues/slow/pause", { for: "1h" })
  expect(await get("/v1/overview", "Overview")).toMatchObject({
    counts: { ready: 1, scheduled: 1 },
    queues: [{ name: "mail", ready: 1 }],
    pauses: [{ kind: "queue", target: "slow", until: expect.any(String) }],
  })
  expect(await get("/v1/backlog", "Backlog")).toMatchObject({ ready: 1 })
})

test("the findings are those of the doctor, with the level of each", async () => {
  const levels = (findings: readonly Finding[]) => findings.map(({ check, level }) => ({ check, level }))
  const { findings } = await get("/v1/findings?maxDrainers=5", "Findings")
  expect(levels(findings)).toEqual(levels(await api.sluice.examine({ maxDrainers: 5 })))
  expect(await api.get("/v1/findings?maxDrainers=0")).toMatchObject({ status: 422 })
})

test("jobs are counted by what listJobs filters by", async () => {
  await enqueue("greet", { queue: "counted", delay: "1h" }).catch(() => {})
  await enqueue("anything", { queue: "counted", delay: "1h" })
  const counts = await get("/v1/jobs/counts?queue=counted&state=scheduled", "JobCounts")
  expect(counts).toMatchObject({ count: 1, hasMore: false, states: { scheduled: { count: 1 } } })
  expect(await api.get("/v1/jobs/counts?after=1")).toMatchObject({
    status: 422,
    body: { code: "unknown_key" },
  })
})

test("a parameter is refused by a route that has none, and ignored where monitors and callbacks add some", async () => {
  expect(await api.get("/v1/backlog?queue=mail")).toMatchObject({
    status: 422,
    body: { code: "unknown_key", detail: "'queue' is an unknown parameter; this route has none" },
  })
  for (const path of ["/openapi.json?at=1", "/metrics?at=1", "/health?at=1"])
    expect(await api.get(path), path).toMatchObject({ status: 200 })
  expect(await api.post("/v1/waits/w_1?from=mail", {})).not.toMatchObject({ body: { code: "unknown_key" } })
})

test("the relatives and the holder of a job are read by its id", async () => {
  const parent = await enqueue("anything", { delay: "1h" })
  const child = await enqueue("anything", { after: [parent] })
  expect(await get(`/v1/jobs/${child}/relatives`, "JobRelatives")).toMatchObject({
    parents: [{ id: parent, name: "anything", state: "scheduled" }],
    childCount: 0,
  })
  expect(await api.get(`/v1/jobs/${child}/holder`)).toMatchObject({
    status: 404,
    body: { code: "job_not_held" },
  })
  const holder = await api.connect()
  await holder.query("select pg_advisory_lock(sluice.job_lock($1))", [parent])
  expect(await get(`/v1/jobs/${parent}/holder`, "JobHolder")).toMatchObject({ drainerId: null })
  await holder.end()
})

test("concurrency keys and rates are listed page by page, and any key by itself", async () => {
  for (const key of ["a/pause", "b b", "ü"])
    await enqueue("anything", { concurrencyKey: key, concurrencyLimit: 2, delay: "1h" })
  await enqueue("anything", { rateKey: "sms", rate: { limit: 5, per: "1m" } })
  const first = await get("/v1/keys?limit=2", "KeyList")
  expect(first).toMatchObject({ keys: [{ key: "a/pause" }, { key: "b b" }], next: "b b" })
  const second = await get(`/v1/keys?limit=2&after=${encodeURIComponent(first.next)}`, "KeyList")
  expect(second).toMatchObject({ keys: [{ key: "ü", unfinished: 1 }] })
  expect(second.next).toBeUndefined()
  const named = await get("/v1/keys?key=a%2Fpause&key=none", "KeyList")
  expect(named.keys).toMatchObject([{ key: "a/pause" }, { key: "none", unfinished: 0 }])
  await api.drain()
  expect(await get("/v1/rates", "RateList")).toMatchObject({ rates: [{ key: "sms", limit: 5 }] })
})

test("a name is read with its definition, its pause, its measures and its slowest jobs", async () => {
  await enqueue("anything", { queue: "named" })
  await api.drain()
  await api.post("/v1/names/anything/pause", { for: "1h" })
  const { throughput, ...name } = await get("/v1/names/anything?queue=named", "NameDetails")
  expect(name).toMatchObject({
    name: "anything",
    paused: true,
    pausedUntil: expect.any(String),
    definition: { name: "anything" },
  })
  expect(name.slowest.length).toBeGreaterThan(0)
  expect(throughput.total.executions).toBe(1)
  await api.post("/v1/names/anything/resume")
  expect(await get("/v1/names/nobody/knows", "NameDetails")).toMatchObject({
    name: "nobody/knows",
    paused: false,
    definition: null,
    slowest: [],
  })
  const { definitions, next } = await get("/v1/definitions?limit=1", "DefinitionList")
  expect(definitions.map((one: { name: string }) => one.name)).toEqual([next])
})

test("queues with estimates, events, ticks and filter values are those of core", async () => {
  await enqueue("anything", { queue: "sampled", delay: "1h" })
  const { queues } = await get("/v1/queues/sample?name=sampled", "SampledQueues")
  expect(queues).toMatchObject([{ name: "sampled", scheduled: 1, isEstimate: false }])
  expect(await get("/v1/events", "KnownEvents")).toEqual({ events: [] })
  await api.request("PUT", "/v1/schedules/nightly", { body: { name: "anything", cron: "0 3 * * *" } })
  const { body: run } = await api.post("/v1/schedules/nightly/run")
  expect(await get("/v1/schedules/nightly/ticks", "TickList")).toMatchObject({
    ticks: [{ outcome: "enqueued", jobId: run.jobId, requested: true }],
  })
  expect((await get("/v1/filter-values", "FilterValues")).queues).toContain("sampled")
})

test("a drainer is read by its id", async () => {
  await api.drain()
  const { drainers } = await get("/v1/drainers?state=ended", "DrainerList")
  expect(await get(`/v1/drainers/${drainers[0].id}`, "DrainerDetails")).toMatchObject({
    id: drainers[0].id,
    state: "closed",
    jobs: [],
  })
  expect(await api.get("/v1/drainers/999999")).toMatchObject({
    status: 404,
    body: { code: "drainer_not_found" },
  })
  expect(await api.get("/v1/drainers/x")).toMatchObject({ status: 422, body: { code: "invalid_option" } })
})

/** The fingerprint of the failures of `fail`, after so many more jobs were discarded. */
async function discarded(jobs: number): Promise<string> {
  for (let job = 0; job < jobs; job++) await enqueue("fail", { maxAttempts: 1 })
  await api.drain()
  const { groups } = await get("/v1/errors?name=fail&order=most", "ErrorList")
  expect(groups).toMatchObject([{ class: "TypeError", message: "This job always fails" }])
  return groups[0].fingerprint
}

const states = async () =>
  (await api.rows(
    "select state, count(*)::int as jobs from sluice.jobs where name = 'fail' group by 1",
  )) as object[]

test("failures are listed in groups, and the discarded jobs of one are retried together", async () => {
  const fingerprint = await discarded(3)
  const group = await get(`/v1/errors/${fingerprint}`, "ErrorDetails")
  expect(group).toMatchObject({ failures: 3, discarded: 3, stack: expect.stringContaining("TypeError") })
  const { failures, next } = await get(`/v1/errors/${fingerprint}/failures?limit=2`, "FailureList")
  expect(failures.map((one: { outcome: string }) => one.outcome)).toEqual(["discarded", "discarded"])
  const rest = await get(
    `/v1/errors/${fingerprint}/failures?limit=2&after=${encodeURIComponent(next)}`,
    "FailureList",
  )
  expect(rest.failures.length).toBe(1)

  const counted = await api.post(`/v1/errors/${fingerprint}/retry`, { dryRun: true })
  expect(counted.body).toMatchObject({ matched: 3, changed: 0, refused: [] })
  expect(await states()).toEqual([])
  const retried = await api.post(`/v1/errors/${fingerprint}/retry`, { retriedBy: "ada" })
  expect(retried.body).toMatchObject({ matched: 3, changed: 3, refused: [] })
  expect(ajv.validate("openapi#/components/schemas/ErrorRetried", retried.body)).toBe(true)
  expect(await states()).toEqual([{ state: "ready", jobs: 3 }])
  const again = await api.post(`/v1/errors/${fingerprint}/retry`)
  expect(again.body).toMatchObject({ matched: 0, changed: 0 })
  await api.drain()
})

test("a retry of a group leaves those that were discarded after `until`, and skips what `after` says", async () => {
  const fingerprint = await discarded(2)
  const [{ at }] = await api.rows(
    "select to_json(max(ended_at)) #>> '{}' as at from sluice.failures where name = 'fail'",
  )
  const since = new Date(Date.now() - 60_000).toISOString()
  const before = await api.post(`/v1/errors/${fingerprint}/retry`, { since, until: at, dryRun: true })
  const all = await api.post(`/v1/errors/${fingerprint}/retry`, { since, dryRun: true })
  expect(before.body.matched).toBeLessThan(all.body.matched)
  const skipped = await api.post(`/v1/errors/${fingerprint}/retry`, { after: "1", dryRun: true })
  expect(skipped.body.matched).toBe(all.body.matched - 1)
})

test("a retry of a group comes to an end, and behind more jobs that can't be retried than fit a list", async () => {
  const fingerprint = await discarded(1)
  await api.rows(`
    insert into sluice.failures (job_id, attempt, outcome, error_class, error_message, name, fingerprint, started_at, ended_at)
    select 900000000000 + n, 1, 'discarded', 'TypeError', 'This job always fails', 'fail', '${fingerprint}', now(), now() + interval '1 ms'
    from generate_series(1, 10001) n`)
  const until = new Date(Date.now() + 1_000).toISOString()
  const first = await api.post(`/v1/errors/${fingerprint}/retry`, { until })
  expect(first.body).toMatchObject({ changed: 0, next: "10000" })
  const second = await api.post(`/v1/errors/${fingerprint}/retry`, { until, after: first.body.next })
  expect(second.body.changed).toBeGreaterThan(0)
  expect(second.body).not.toHaveProperty("next")
  await api.rows("delete from sluice.failures where job_id > 900000000000")
  await api.drain()
})

test("a group that isn't there, and what is no fingerprint, are told apart", async () => {
  expect(await api.get("/v1/errors/0nothing")).toMatchObject({
    status: 404,
    body: { code: "error_not_found" },
  })
  for (const [path, body] of [
    ["/v1/errors/N-O", undefined],
    ["/v1/errors/%27%20or%201=1", undefined],
    ["/v1/errors/a/failures?limit=0", undefined],
    ["/v1/errors/a/failures?after=x", undefined],
    ["/v1/errors/a/retry", { after: "-1" }],
    ["/v1/errors/a/retry", { since: "yesterday" }],
    ["/v1/errors/a/retry", { dryRun: "yes" }],
    ["/v1/errors/a/retry", { ids: ["1"] }],
  ] as const) {
    const { status } = await (body ? api.post(path, body) : api.get(path))
    expect({ path, body, status }).toEqual({ path, body, status: 422 })
  }
})
