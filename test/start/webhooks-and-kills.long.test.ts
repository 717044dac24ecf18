import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { startSluice } from "../support/start.ts"

const JOBS = 10_000
const BATCH = 1_000

test("10,000 webhooks over HTTP are all delivered while the drain function is killed again and again", async () => {
  const database = await createDatabase()
  const receiver = await startReceiver()
  const sluice = await startSluice({
    DATABASE_URL: database.url,
    SLUICE_SCHEDULE: "rate(1 second)",
    SLUICE_WEBHOOK_ALLOW: "127.0.0.1",
  })

  for (let first = 0; first < JOBS; first += BATCH) {
    const jobs = Array.from({ length: BATCH }, (_, place) => ({
      name: "webhook",
      payload: { url: `${receiver.url}/${first + place}`, body: { number: first + place } },
    }))
    expect((await sluice.post("/v1/jobs/batch", { jobs })).status).toBe(201)
  }

  let kills = 0
  for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    await eventually(() => expect(receiver.delivered.size).toBeGreaterThanOrEqual(JOBS * share), 60_000)
    for (const pid of sluice.drainsUnderWay()) if (kill(pid)) kills++
  }
  await eventually(
    async () => expect(await database.rows("select from sluice.jobs limit 1")).toEqual([]),
    60_000,
  )

  expect(kills).toBeGreaterThanOrEqual(3)
  expect(receiver.delivered.size).toBe(JOBS)
  const finished = await database.rows(
    "select state, count(*)::int, count(distinct id)::int as ids, max(attempts) as attempts from sluice.finished group by 1",
  )
  expect(finished, "each finished once, none charged for a kill").toEqual([
    { state: "succeeded", count: JOBS, ids: JOBS, attempts: 1 },
  ])
  const [{ count: inFlight }] = await database.rows(
    "select count(*)::int from sluice.failures where outcome = 'interrupted'",
  )
  expect(receiver.requests() - JOBS, "deliveries beyond those").toBeLessThanOrEqual(inFlight)
}, 120_000)

/** Whether the process was there: its invocation may have ended a moment ago. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL")
  } catch {
    return false
  }
}

async function startReceiver() {
  const delivered = new Set<string>()
  let requests = 0
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      requests++
      delivered.add(request.url as string)
      response.end("ok")
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, delivered, requests: () => requests }
}
