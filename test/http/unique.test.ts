import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

test.each(["keep", "replace", "reschedule"] as const)(
  "a job whose key is taken is answered 200 with what became of the one that is there: %s",
  async (onConflict) => {
    const request = { name: "anything", options: { delay: "1h", unique: { key: onConflict, onConflict } } }
    const first = await api.post("/v1/jobs", request)
    const second = await api.post("/v1/jobs", request)
    expect([first.status, second.status]).toEqual([201, 200])
    const status = { keep: "deduplicated", replace: "replaced", reschedule: "rescheduled" }[onConflict]
    expect(second.body).toEqual({ ...first.body, status })
    expect(second.headers.get("location")).toBe(`/v1/jobs/${first.body.id}`)
  },
)

test("a job that is rejected because of its key is answered 409 with the job that has it", async () => {
  const job = { name: "anything", options: { unique: { key: "x", onConflict: "reject" } } }
  const { body } = await api.post("/v1/jobs", job)
  const problem = { status: 409, code: "unique_key_taken", jobId: body.id }
  const answer = await api.post("/v1/jobs", job)
  expect(answer.headers.get("content-type")).toBe("application/problem+json")
  expect(answer.body).toMatchObject(problem)
  expect(answer.body.index).toBeUndefined()
  const batch = await api.post("/v1/jobs/batch", { jobs: [{ name: "greet", payload: { to: "Ada" } }, job] })
  expect(batch.body).toMatchObject({ ...problem, index: 1 })
  expect(await api.rows("select from sluice.jobs where name = 'greet'")).toEqual([])
})
