import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { defineJob } from "@sluice/core"
import { http } from "@sluice/http"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { KEY } from "./endpoint.ts"

// An endpoint that takes the job and never answers.
const server = createServer()
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
afterAll(() => void server.close())
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "endless", executor: http({ url, key: KEY }) }),
])

/** Answers when the next request is there, with what answers when it is broken off. */
async function nextRequest() {
  const [request] = await once(server, "request")
  return { brokenOff: once(request.socket, "close") }
}

test("at the timeout the request is broken off, and the attempt has failed", async () => {
  const requested = nextRequest()
  const { id } = await sluice.enqueue("endless", {}, { timeout: "1s" })
  expect(await drainOnce()).toMatchObject({ retried: 1, stuck: 0 })
  await (await requested).brokenOff
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 1, errors: [{ class: "TimeoutError" }] })
  await database.rows("delete from sluice.jobs")
})

test("at the drain's deadline too, and then the job is released and keeps its attempt", async () => {
  const requested = nextRequest()
  const { id } = await sluice.enqueue("endless", {})
  const timeIsUp = new AbortController()
  const drained = drainOnce({ signal: timeIsUp.signal })
  const { brokenOff } = await requested
  timeIsUp.abort()
  expect(await drained).toMatchObject({ snoozed: 1, stuck: 0 })
  await brokenOff
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 0, errors: [] })
})
