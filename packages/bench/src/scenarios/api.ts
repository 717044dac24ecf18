import { Agent, request } from "node:http"
import { type HttpGateway, startHttpGateway } from "@sluice/local"
import { API_KEY, hostFunctions } from "../measure/lambda-host.ts"
import { measureWork } from "../measure/measure-work.ts"
import type { Measurement } from "../report/results.ts"
import type { Run, Scenario } from "../scenario.ts"
import type { System } from "../system.ts"
import { sluice } from "../systems/sluice.ts"

const CLIENTS = 200
/** As `npm start` runs it. */
const ENVIRONMENTS = 4
const JOBS = 4_000
const BODY = JSON.stringify({ name: "noop", payload: { to: "somebody@example.com" } })

export const api: Scenario = {
  name: "api",
  about: `From a client's \`POST /v1/jobs\` to its 201, while ${CLIENTS} clients enqueue one job after the other, and the drain function performs them: in the local Lambda host, where each of ${ENVIRONMENTS} processes of the enqueue function serves one request at a time.`,
  figure: "p99Ms",
  variants: [{ label: `${CLIENTS} clients`, systems: [sluice], measure }],
}

async function measure(system: System, run: Run): Promise<Measurement> {
  const jobs = run.jobs(JOBS)
  const database = await run.server.createDatabase(system)
  const host = await hostFunctions(database.url, () => {}, ENVIRONMENTS)
  const gateway = await startHttpGateway({ host, functionName: "enqueue", port: 0, log: () => {} })
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  try {
    await enqueueFromAll(gateway, agent, CLIENTS) // warms up
    const measured = await measureWork(database, () => enqueueFromAll(gateway, agent, jobs))
    const { value: latenciesMs, seconds, walBytes } = measured
    return { jobs, seconds, walBytes, statements: 0, duplicates: 0, missing: 0, latenciesMs }
  } finally {
    agent.destroy()
    await gateway.close()
    await host.close()
    await database.drop()
  }
}

/** Each client sends its next request when it has the response of the one before. */
async function enqueueFromAll({ url }: HttpGateway, agent: Agent, jobs: number): Promise<number[]> {
  const latenciesMs: number[] = []
  let sent = 0
  async function client(): Promise<void> {
    while (sent < jobs) {
      sent++
      const sentAtMs = performance.now()
      await post(`${url}/v1/jobs`, agent)
      latenciesMs.push(performance.now() - sentAtMs)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return latenciesMs
}

/** Not by fetch, which would take most of this process's time. */
function post(url: string, agent: Agent): Promise<void> {
  const headers = {
    authorization: `Bearer ${API_KEY}`,
    "content-type": "application/json",
    "content-length": BODY.length,
  }
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: "POST", agent, headers }, (response) => {
      if (response.statusCode !== 201) reject(new Error(`POST ${url} returned ${response.statusCode}`))
      response.resume().on("end", resolve)
    })
    sending.on("error", reject).end(BODY)
  })
}
