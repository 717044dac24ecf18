import { request as httpRequest } from "node:http"
import type { AddressInfo } from "node:net"
import { serve } from "@hono/node-server"
import { createSluice } from "@sluice/core"
import { createDashboard } from "@sluice/http/dashboard"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const { pool } = await createDatabase()
const sluice = createSluice({ database: pool })
const app = createDashboard({ sluice, apiKey: "the key of the environment" })
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" })
await new Promise((resolve) => server.once("listening", resolve))
afterAll(() => void server.close())

test("a body that takes its time is waited for ten seconds", async () => {
  const { port } = server.address() as AddressInfo
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" }
    const sent = httpRequest({ port, path: "/login", method: "POST", headers }, (answer) => {
      resolve(answer.statusCode)
      sent.destroy()
    })
    sent.on("error", reject)
    sent.write("key=")
  })

  expect(status).toBe(408)
})
