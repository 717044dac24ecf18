import { createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const operator = visitDashboard(sluice, "operator")

beforeEach(async () => {
  await sluice.eraseJobs({ name: "bill" })
  for (const customer of [7, 7, 8])
    await sluice.enqueue("bill", { customer }, { tags: [`customer-${customer}`] })
  const [canceled] = (await sluice.listJobs({ tag: "customer-7" })).jobs
  await sluice.cancelJob(canceled?.id ?? "")
})

const tagsLeft = async () => (await sluice.listJobs({})).jobs.map(({ tags }) => tags[0]).toSorted()

test("what is known of somebody is counted first, and then erased in every state", async () => {
  const asked = await operator.post("/jobs/ask", { verb: "erase", scope: "all", "filter.tag": "customer-7" })
  const page = await operator.get(asked.to ?? "")
  expect(readable(page.text)).toMatch(/Erase jobs\? .*2 jobs/)
  const { to } = await operator.post("/jobs/act", { verb: "erase", tag: "customer-7" })
  expect(readable((await operator.get(to ?? "")).text)).toMatch(/Jobs erased .*Looked at 2 Changed 2/)
  expect(await tagsLeft()).toEqual(["customer-8"])
})

test("a job is erased from its page, after a question", async () => {
  const [job] = (await sluice.listJobs({ tag: "customer-8" })).jobs
  const { text } = await operator.get(`/jobs/${job?.id}`)
  expect(text).toContain(`/jobs/ask?verb=erase&amp;id=${job?.id}`)
  const page = await operator.get(`/jobs/ask?verb=erase&id=${job?.id}`)
  expect(readable(page.text)).toContain("1 job")
  await operator.post("/jobs/act", { verb: "erase", id: job?.id ?? "" })
  expect(await tagsLeft()).toEqual(["customer-7", "customer-7"])
})

test("nothing is erased of a single state, as all states would be, nor everything there is", async () => {
  expect((await operator.get("/jobs?state=canceled")).text).not.toContain('value="erase"')
  const meanNothing = [
    { state: "canceled" },
    { state: "canceled", tag: "customer-7" },
    {},
    { until: new Date().toISOString() },
  ]
  for (const form of meanNothing) {
    const { status, text } = await operator.post("/jobs/act", { verb: "erase", ...form })
    expect({ form, status, text }).toEqual({ form, status: 303, text: "" })
    const asked = await operator.get(`/jobs/ask?${new URLSearchParams({ verb: "erase", ...form })}`)
    expect({ form, status: asked.status }).toEqual({ form, status: 200 })
    expect(readable(asked.text)).toContain("This affects not")
  }
  expect(await tagsLeft()).toHaveLength(3)
})

test("jobs that came after the question are left", async () => {
  const asked = new Date(Date.now() - 60_000).toISOString()
  await operator.post("/jobs/act", { verb: "erase", tag: "customer-7", asked })
  expect(await tagsLeft()).toHaveLength(3)
})

test("a reader is neither shown how to erase, nor may", async () => {
  const reader = visitDashboard(sluice, "reader")
  expect((await reader.get("/jobs")).text).not.toContain('value="erase"')
  const [job] = (await sluice.listJobs({ tag: "customer-8" })).jobs
  expect((await reader.get(`/jobs/${job?.id}`)).text).not.toContain("verb=erase")
  expect((await reader.get("/jobs/ask?verb=erase&tag=customer-7")).status).toBe(403)
  expect((await reader.post("/jobs/act", { verb: "erase", tag: "customer-7" })).status).toBe(403)
  expect(await tagsLeft()).toHaveLength(3)
})
