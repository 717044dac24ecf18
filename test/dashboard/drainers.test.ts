import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const HOSTILE = `<script>alert(1)</script>"'&`

const database = await createDatabase()
let work = async (): Promise<void> => {}
const job = defineJob({ name: "encode", perform: () => work() })
const { sluice, drainOnce } = drainable(database, [job])
const reader = visitDashboard(sluice, "reader")

test("without drainers, the page says when one starts", async () => {
  expect(readable((await reader.get("/drainers")).text)).toContain("No drainer is alive")
  expect(readable((await reader.get("/drainers?state=ended")).text)).toContain("No drainer has ended yet")
})

test("a drainer is shown with its slot, its pool and its jobs, and its label as text", async () => {
  const { id } = await job.enqueue({}, { queue: "video" })
  let list = ""
  let page = ""
  work = async () => {
    list = (await reader.get("/drainers")).text
    page = (await reader.get("/drainers/1")).text
  }
  await drainOnce({ label: HOSTILE, queues: ["video"], maxDrainers: 4 })
  expect(list).not.toContain("<script>alert")
  expect(readable(list)).toContain(`${HOSTILE} Working 1 video 1/4`)
  expect(readable(list)).toContain("1 of 4 used 3 free")
  expect(readable(page)).toContain(`${id} encode video`)
  expect(page).not.toContain("<script>alert")
})

test("a drainer's page has its invocation, a link to its logs, what it has settled, and why it has ended", async () => {
  work = async () => {}
  await job.enqueue({})
  const invocation = {
    requestId: "8f14e45f-ceea-467f-9d1c-1b9a2a7c3d4e",
    functionName: HOSTILE,
    region: "eu-central-1",
    logGroup: "/aws/lambda/shop-drain",
    logStream: "2026/11/30/[$LATEST]5c1d",
    memoryMb: 1_024,
    version: "a1b2c3",
  }
  await drainOnce({ invocation })
  const { drainers } = await sluice.listDrainers({ state: "ended", limit: 1 })
  const { text } = await reader.get(`/drainers/${drainers[0]?.id}`)
  for (const said of ["1,024 MB", "a1b2c3", "Executions settled 1", "Why it ended It wasn't needed any more"])
    expect(readable(text)).toContain(said)
  expect(readable(text)).toMatch(/GB-seconds \d/)
  expect(text).not.toContain("<script>alert")
  expect(text).toContain(
    'href="https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fshop-drain/log-events/2026$252F11$252F30$252F$255B$2524LATEST$255D5c1d$3FfilterPattern$3D$25228f14e45f-ceea-467f-9d1c-1b9a2a7c3d4e$2522"',
  )
})

test("a region that is none leads nowhere", async () => {
  await database.pool.query(
    `insert into sluice.drainers (id, slot, backend_pid, label, invocation)
     values (901, 1, 1, 'x', '{"region": "evil.example/#", "logGroup": "g", "logStream": "s"}')`,
  )
  const { text } = await reader.get("/drainers/901")
  expect(text).not.toContain("https://evil.example")
})

test("those that have ended are listed with how, and one that is unknown has a page that says so", async () => {
  await database.pool.query(
    "insert into sluice.drainers (id, slot, backend_pid, label, in_flight, ended_at, ending) values (900, 1, 1, 'x', 12, now(), 'died')",
  )
  const { text } = await reader.get("/drainers?state=ended")
  expect(readable(text)).toContain("x Died 12 jobs were in flight")
  expect(readable(text)).toContain(`${HOSTILE} Closed 0`)
  expect((await reader.get("/drainers/77")).status).toBe(404)
})
