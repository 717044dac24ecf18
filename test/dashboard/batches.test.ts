import { defineJob, workflow } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const HOSTILE = `<script>alert(1)</script>"'&`

const database = await createDatabase()
const row = defineJob({
  name: "row",
  maxAttempts: 1,
  async perform({ fails = false }: { fails?: boolean }) {
    if (fails) throw new Error("broken")
  },
})
const summary = defineJob({ name: "summary", async perform() {} })
const { sluice, drainOnce } = drainable(database, [row, summary])
const operator = visitDashboard(sluice, "operator")
const reader = visitDashboard(sluice, "reader")

test("without batches, the page says what stores one", async () => {
  expect(readable((await reader.get("/batches")).text)).toContain(
    "enqueueBatch and enqueueWorkflow store jobs",
  )
})

test("batches are listed by state, with how much of them has ended", async () => {
  await sluice.enqueueBatch([{ name: "row" }, { name: "row", payload: { fails: true } }], {
    onFinish: summary,
    properties: { upload: HOSTILE, apiKey: "s3cret" },
  })
  expect(readable((await reader.get("/batches")).text)).toContain("1 Open 0 of 2 ended")
  await drainOnce()
  expect(readable((await reader.get("/batches?state=failed")).text)).toContain("1 Failed 2 of 2 ended")
  expect(readable((await reader.get("/batches?state=open")).text)).toContain("There are no batches here")
})

test("a large batch shows how far it has come, and how long the rest may take", async () => {
  const jobs = Array.from({ length: 40 }, (_, nth) => ({ name: "row", payload: { fails: nth < 5 } }))
  const { id } = await sluice.enqueueBatch(jobs)
  const page = async () => readable((await reader.get(`/batches/${id}`)).text)
  expect(await page()).not.toContain("On average")
  await database.pool.query(
    `update sluice.batches set created_at = now() - interval '10 minutes' where id = $1`,
    [id],
  )
  await sluice.cancelJobs({
    batch: id,
    ids: (await sluice.listJobs({ batch: id })).jobs.slice(0, 20).map((job) => job.id),
  })
  expect(await page()).toMatch(
    /20 of 40 ended On average 2 a minute since it was created; at this pace the rest takes 10m/,
  )
  expect(await page()).toMatch(/Canceled 20 50%/)
  await drainOnce()
  expect(await page()).not.toContain("On average")
})

test("a batch's page shows its counts, callbacks and properties: as text, and without secrets", async () => {
  const { status, text } = await reader.get("/batches/1")
  expect(status).toBe(200)
  expect(text).not.toContain("<script>alert")
  expect(text).not.toContain("s3cret")
  expect(readable(text)).toContain("Succeeded 1 50% Discarded 1 50% Canceled 0 0%")
  expect(readable(text)).toContain("onFinish summary")
  expect(text).not.toContain('href="/batches/1/retry"')
  expect((await reader.get("/batches/99")).status).toBe(404)
})

test("what failed is retried once somebody has confirmed it, under their name", async () => {
  const { text } = await operator.get("/batches/1/retry")
  expect(readable(text)).toContain("1 job or inner batch was discarded or canceled")
  expect((await operator.post("/batches/1/retry")).to).toBe("/batches/1")
  expect(await sluice.getBatch("1")).toMatchObject({ state: "open", pending: 1 })
  const [{ retried_by }] = await database.rows("select retried_by from sluice.retries")
  expect(retried_by).toBe("operator@example.org")
})

test("the rest is canceled once somebody has confirmed it", async () => {
  expect(readable((await operator.get("/batches/1/cancel")).text)).toContain(
    "1 job or inner batch has not ended",
  )
  await operator.post("/batches/1/cancel")
  expect(await sluice.getBatch("1")).toMatchObject({ pending: 0, canceled: 1 })
})

test("a reader can neither ask for it nor do it", async () => {
  for (const verb of ["retry", "cancel"]) {
    expect((await reader.get(`/batches/1/${verb}`)).status).toBe(403)
    expect((await reader.post(`/batches/1/${verb}`)).status).toBe(403)
  }
})

test("a workflow is drawn, and its table says the same", async () => {
  const flow = workflow(`order ${HOSTILE}`)
    .add(`first ${HOSTILE}`, row)
    .add("second", row, { payload: { fails: true }, after: `first ${HOSTILE}` })
    .add("third", row, { after: "second" })
  const { id, jobs } = await sluice.enqueueWorkflow(flow)
  await drainOnce()
  const { text } = await reader.get(`/batches/${id}`)
  expect(text).not.toContain("<script>alert")
  const svg = text.slice(text.indexOf('class="scroll graph"'), text.indexOf("</section>"))
  expect(svg.match(/class="node state-\w+"/g)).toEqual([
    'class="node state-succeeded"',
    'class="node state-discarded"',
    'class="node state-canceled"',
  ])
  expect(svg).toContain(`href="/jobs/${jobs.second}"`)
  expect(svg.match(/class="edge"/g)).toHaveLength(2)
  expect(readable(text)).toContain("third Canceled a step before it failed")
})

test("of a large workflow, steps alike are drawn as one, and one that is too large isn't drawn", async () => {
  let wide = workflow("wide").add("split", row) as ReturnType<typeof workflow>
  for (let n = 0; n < 300; n++) wide = wide.add(`part ${n}`, row, { after: "split" }) as typeof wide
  wide = wide.add("merge", summary, {
    after: Array.from({ length: 300 }, (_, n) => `part ${n}`),
  } as never) as typeof wide
  const { id } = await sluice.enqueueWorkflow(wide as never)
  const { text } = await reader.get(`/batches/${id}`)
  expect(text.match(/class="node state-/g)).toHaveLength(3)
  expect(text).toContain("300 × row")
  expect(readable((await reader.get(`/batches/${id}?from=250`)).text)).toContain("merge")

  let long = workflow("long").add("s0x", row) as ReturnType<typeof workflow>
  for (let n = 1; n < 400; n++)
    long = long.add(`s${n}x`, row, { after: `s${n - 1}x` } as never) as typeof long
  const stored = await sluice.enqueueWorkflow(long as never)
  expect(readable((await reader.get(`/batches/${stored.id}`)).text)).toContain(
    "The workflow has 400 steps, too many to draw",
  )
})
