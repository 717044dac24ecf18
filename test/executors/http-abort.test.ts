import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, expect, test } from "vitest"
import { defineJob } from "../../packages/core/src/index.ts"
import { http } from "../../packages/http/src/index.ts"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"
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

/** When the request that comes next is broken off. */
async function nextBrokenOff(): Promise<void> {
  const [request] = await once(server, "request")
  await once(request.socket, "close")
}

test("at the timeout the request is broken off, and the attempt has failed", async () => {
  const brokenOff = nextBrokenOff()
  const { id } = await sluice.enqueue("endless", {}, { timeout: "300ms" })
  expect(await drainOnce()).toMatchObject({ retried: 1, stuck: 0 })
  await brokenOff
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 1, errors: [{ class: "TimeoutError" }] })
  await database.rows("delete from sluice.jobs")
})

test("at the drain's deadline too, and then the job is put back without an attempt", async () => {
  const brokenOff = nextBrokenOff()
  const { id } = await sluice.enqueue("endless", {})
  expect(await drainOnce({ remainingMs: countdown(1_500) })).toMatchObject({ snoozed: 1, stuck: 0 })
  await brokenOff
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 0, errors: [] })
})
