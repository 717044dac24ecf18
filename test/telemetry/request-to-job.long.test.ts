import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { type Running, startSluice } from "../support/start.ts"

test("the correlation id of a request is in the API's log, and in its job's log in the drain function", async () => {
  const database = await createDatabase()
  const sluice = await startSluice({
    DATABASE_URL: database.url,
    SLUICE_LOG: "json",
    SLUICE_SCHEDULE: "rate(1 second)",
    SLUICE_WEBHOOK_ALLOW: "127.0.0.1",
    POWERTOOLS_LOG_LEVEL: "DEBUG",
  })
  const url = await startReceiver()
  const job = { name: "webhook", payload: { url } }
  const answer = await sluice.post("/v1/jobs", job, { "x-correlation-id": "order-4711" })

  expect(answer.status).toBe(201)
  expect(answer.headers.get("x-correlation-id")).toBe("order-4711")
  const jobId = answer.body.id
  await eventually(() => {
    expect(logged(sluice, "enqueue")).toContainEqual(
      expect.objectContaining({ message: "Enqueued", correlationId: "order-4711", jobId }),
    )
    expect(logged(sluice, "drain")).toContainEqual(
      expect.objectContaining({
        message: "Delivered",
        correlationId: "order-4711",
        jobId,
        job: "webhook",
        attempt: 1,
        service: "sluice",
        hop: expect.any(Number), // of a drain that another has started, on a busy machine
        chainId: expect.any(String),
        function_request_id: expect.any(String),
      }),
    )
    expect(logged(sluice, "drain")).toContainEqual(
      expect.objectContaining({ message: "Job discarded", correlationId: "order-4711", jobId }),
    )
  })
})

/** The lines of JSON that a function logged. */
function logged(sluice: Running, name: string): Record<string, unknown>[] {
  const prefix = `[${name}] `
  return sluice.lines
    .filter((line) => line.startsWith(`${prefix}{`))
    .map((line) => JSON.parse(line.slice(prefix.length)))
}

/** Answers 404, which discards the job. */
async function startReceiver(): Promise<string> {
  const server = createServer((_request, response) => void response.writeHead(404).end())
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => void server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
