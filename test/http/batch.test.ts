import { beforeEach, expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

const jobTo = (to: unknown, options?: object) => ({
  name: "greet",
  payload: { to },
  ...(options && { options }),
})
const countJobs = async () => Number((await api.rows("select count(*) from sluice.jobs"))[0].count)

beforeEach(async () => void (await api.rows("delete from sluice.jobs")))

test("POST /v1/jobs/batch stores all jobs and answers 201 in their order", async () => {
  const names = Array.from({ length: 2_500 }, (_, index) => `n${index}`)
  const answer = await api.post("/v1/jobs/batch", { jobs: names.map((name) => jobTo(name)) })

  expect(answer.status).toBe(201)
  expect(answer.body.jobs).toHaveLength(2_500)
  const rows = await api.rows("select id::text, payload->>'to' as to from sluice.jobs")
  const recipients = new Map(rows.map((row) => [row.id, row.to]))
  expect(answer.body.jobs.map((job: { id: string }) => recipients.get(job.id))).toEqual(names)
})

test("states and statuses are each job's own", async () => {
  const { body } = await api.post("/v1/jobs/batch", {
    jobs: [
      jobTo("a"),
      jobTo("b", { delay: 60 }),
      jobTo("c", { uniqueKey: "k" }),
      jobTo("c", { uniqueKey: "k" }),
    ],
  })
  expect(body.jobs).toMatchObject([
    { status: "enqueued", state: "ready" },
    { status: "enqueued", state: "scheduled" },
    { status: "enqueued", state: "ready" },
    { status: "deduplicated", state: "ready", id: body.jobs[2].id },
  ])
})

test("an empty batch stores nothing", async () => {
  expect(await api.post("/v1/jobs/batch", { jobs: [] })).toMatchObject({ status: 201, body: { jobs: [] } })
})

const bad: [string, unknown, string, string][] = [
  ["an unknown name", { name: "gret", payload: {} }, "unknown_job", "/jobs/2/name"],
  ["a payload that fails its schema", jobTo(7), "invalid_payload", "/jobs/2/payload/to"],
  ["a wrong option", jobTo("x", { runAt: "tomorrow" }), "invalid_option", "/jobs/2/options/runAt"],
  ["an unknown option", jobTo("x", { quue: "q" }), "unknown_option", "/jobs/2/options/quue"],
  ["an unknown key", { ...jobTo("x"), option: {} }, "unknown_key", "/jobs/2/option"],
  ["a job that is no object", "greet", "invalid_body", "/jobs/2"],
  ["a job without a name", { payload: {} }, "invalid_name", "/jobs/2/name"],
]

for (const [what, job, code, pointer] of bad) {
  test(`${what} in a batch is answered 422 with its index, and nothing is stored`, async () => {
    const { status, body } = await api.post("/v1/jobs/batch", {
      jobs: [jobTo("a"), jobTo("b"), job, jobTo("d")],
    })

    expect(body).toMatchObject({ status: 422, code, index: 2, errors: [{ pointer }] })
    expect(status).toBe(422)
    expect(await countJobs()).toBe(0)
  })
}

test("a batch of one bad job names its index too", async () => {
  const { body } = await api.post("/v1/jobs/batch", { jobs: [jobTo(7)] })
  expect(body).toMatchObject({ status: 422, index: 0, errors: [{ pointer: "/jobs/0/payload/to" }] })
})

test("an oversized payload in a batch is answered 413 with its index, and nothing is stored", async () => {
  const { status, body } = await api.post("/v1/jobs/batch", {
    jobs: [jobTo("a"), jobTo("x".repeat(262_144))],
  })
  expect({ status, ...body }).toMatchObject({ status: 413, code: "payload_too_large", index: 1 })
  expect(await countJobs()).toBe(0)
})

test("a batch of 100,000 jobs is answered 413 with the limit, and nothing is stored", async () => {
  const jobs = Array.from({ length: 100_000 }, () => ({ name: "any" }))
  const { status, body } = await api.post("/v1/jobs/batch", { jobs })

  expect({ status, code: body.code }).toEqual({ status: 413, code: "batch_too_large" })
  expect(body.detail).toContain("100000")
  expect(body.detail).toContain("10000")
  expect(await countJobs()).toBe(0)
})

test("jobs that is missing or no list is answered 422", async () => {
  for (const body of [{}, { jobs: null }, { jobs: { 0: jobTo("a") } }, { jobs: "all" }]) {
    expect((await api.post("/v1/jobs/batch", body)).body).toMatchObject({
      status: 422,
      errors: [{ pointer: "/jobs" }],
    })
  }
})
