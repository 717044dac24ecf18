import { createSluice, defineJob, drain } from "@sluice/core"
import type { TestDatabase } from "../../support/database.ts"
import type { openApi } from "../api.ts"
import type { Schema } from "./variants.ts"

type Api = Awaited<ReturnType<typeof openApi>>
type Parameters = Record<string, string>

/** Parameters of a path that lead to something, for each operation that is about one that exists. */
const PREPARATIONS: Record<string, (api: Api, database: TestDatabase) => Promise<Parameters>> = {
  getJob: canceledJob,
  updateJob: waitingJob,
  cancelJob: waitingJob,
  runJobNow: waitingJob,
  retryJob: canceledJob,
  deleteJob: canceledJob,
  getHolder: heldJob,
  getDrainer: endedDrainer,
  getError: failedJob,
  retryError: failedJob,
  getBatch: openBatch,
  addToBatch: openBatch,
  retryBatch: openBatch,
  cancelBatch: openBatch,
  getWorkflow: newWorkflow,
  drawWorkflow: newWorkflow,
  getSchedule: newSchedule,
  deleteSchedule: newSchedule,
  runSchedule: newSchedule,
  pauseSchedule: newSchedule,
  resumeSchedule: newSchedule,
  rotateApiKey: newApiKey,
  revokeApiKey: newApiKey,
  completeWait: async () => ({ token: `token-${++made}` }),
}

let made = 0

/** Else the first values that the document allows. */
export async function prepare(
  operationId: string,
  api: Api,
  database: TestDatabase,
  parameters: readonly Schema[],
  valid: (schema: Schema) => unknown[],
): Promise<Parameters> {
  const preparation = PREPARATIONS[operationId]
  if (preparation) return preparation(api, database)
  return Object.fromEntries(parameters.map(({ name, schema }) => [name, String(valid(schema)[0])]))
}

async function waitingJob(api: Api): Promise<Parameters> {
  const { body } = await api.post("/v1/jobs", { name: "anything", options: { delay: "1h" } })
  return { id: body.id }
}

/** The test holds its lock. */
async function heldJob(_: Api, { rows }: TestDatabase): Promise<Parameters> {
  return (await rows("select id::text from sluice.jobs where name = 'held'"))[0]
}

async function canceledJob(api: Api): Promise<Parameters> {
  const job = await waitingJob(api)
  await api.post(`/v1/jobs/${job.id}/cancel`)
  return job
}

async function openBatch(api: Api): Promise<Parameters> {
  const { body } = await api.post("/v1/batches", { jobs: [{ name: "anything", options: { delay: "1h" } }] })
  return { id: body.id }
}

async function newWorkflow(api: Api): Promise<Parameters> {
  const { body } = await api.post("/v1/workflows", {
    name: "order",
    steps: [{ step: "pack", name: "anything" }],
  })
  return { id: body.id }
}

async function newSchedule(api: Api): Promise<Parameters> {
  const key = `schedule-${++made}`
  await api.request("PUT", `/v1/schedules/${key}`, { body: { name: "anything", cron: "0 3 * * *" } })
  return { key }
}

/** A job that was discarded by its failure, as each time. */
async function failedJob(_: Api, { pool, rows, connect }: TestDatabase): Promise<Parameters> {
  const fail = defineJob({
    name: "fail",
    maxAttempts: 1,
    perform: () => Promise.reject(new Error("It fails")),
  })
  const failing = createSluice({ database: pool, jobs: [fail] })
  await failing.enqueue(fail, {})
  await drain(failing, { connect, log: SILENT })
  const [{ fingerprint }] = await rows(
    "select fingerprint from sluice.failures order by ended_at desc limit 1",
  )
  return { fingerprint }
}

async function endedDrainer(api: Api, database: TestDatabase): Promise<Parameters> {
  await failedJob(api, database)
  const [{ id }] = await database.rows("select max(id) as id from sluice.drainers")
  return { id: String(id) }
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

async function newApiKey(api: Api): Promise<Parameters> {
  const { body } = await api.post("/v1/api-keys", { name: "checkout", role: "enqueuer" })
  return { id: body.id }
}
