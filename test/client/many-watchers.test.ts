import type { AddressInfo } from "node:net"
import { serve } from "@hono/node-server"
import { createSluice, type Queryable } from "@sluice/core"
import { createApp } from "@sluice/http"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

// One token may be used by any number of browsers. They must not keep everybody else from the database.
const { pool } = await createDatabase()
let reads = 0
const counting: Queryable = {
  query(text, values) {
    if (text.includes("get_job_status")) reads += 1
    return pool.query(text, values)
  },
}
const sluice = createSluice({ database: counting })
const app = createApp({ sluice, apiKey: "the-key", streaming: true })
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" })
await new Promise((resolve) => server.once("listening", resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
afterAll(() => server.close())

const WATCHERS = 60

test("those who watch one job share what is read of it, and all see its end", async () => {
  const { id } = await sluice.enqueue("slow", {}, { delay: "1h" })
  const headers = { authorization: "Bearer the-key" }
  const made = await fetch(`${url}/v1/jobs/${id}/token`, { method: "POST", headers })
  const { token } = (await made.json()) as { token: string }
  const before = reads
  let connected = 0
  const watch = async () => {
    const response = await fetch(`${url}/v1/jobs/${id}/events?token=${token}`)
    connected += 1
    return response.text()
  }
  const watched = Promise.all(Array.from({ length: WATCHERS }, watch))
  await eventually(async () => expect(connected).toBe(WATCHERS))
  await sluice.cancelJob(id)

  for (const text of await watched) {
    expect(text).toContain('"state":"scheduled"')
    expect(text).toContain('"state":"canceled"')
  }
  expect(reads - before).toBeLessThan(WATCHERS / 3)
})
