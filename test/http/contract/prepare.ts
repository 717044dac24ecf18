import type { openApi } from "../api.ts"
import type { Schema } from "./variants.ts"

type Api = Awaited<ReturnType<typeof openApi>>
type Parameters = Record<string, string>

/** Parameters of a path that lead to something, for each operation that is about one that exists. */
const PREPARATIONS: Record<string, (api: Api) => Promise<Parameters>> = {
  getJob: canceledJob,
  updateJob: waitingJob,
  cancelJob: waitingJob,
  runJobNow: waitingJob,
  retryJob: canceledJob,
  deleteJob: canceledJob,
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
  parameters: readonly Schema[],
  valid: (schema: Schema) => unknown[],
): Promise<Parameters> {
  const preparation = PREPARATIONS[operationId]
  if (preparation) return preparation(api)
  return Object.fromEntries(parameters.map(({ name, schema }) => [name, String(valid(schema)[0])]))
}

async function waitingJob(api: Api): Promise<Parameters> {
  const { body } = await api.post("/v1/jobs", { name: "anything", options: { delay: "1h" } })
  return { id: body.id }
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

async function newApiKey(api: Api): Promise<Parameters> {
  const { body } = await api.post("/v1/api-keys", { name: "checkout", role: "enqueuer" })
  return { id: body.id }
}
