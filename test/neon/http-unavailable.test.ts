import { once } from "node:events"
import http from "node:http"
import type { AddressInfo } from "node:net"
import { neonConfig } from "@neondatabase/serverless"
import { createNeonHttp } from "@sluice/aws/neon"
import { createSluice, DatabaseUnavailableError } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"

const sluice = createSluice({ database: createNeonHttp("postgres://ada:secret@db.example.org/shop") })

test("where nobody answers HTTP, the database is unavailable", async () => {
  const server = await serve(500)
  await server.stop()
  const error = await sluice.enqueue("any", {}).catch((error) => error)
  expect(error).toBeInstanceOf(DatabaseUnavailableError)
  expect(error).toMatchObject({
    code: "database_unavailable",
    message: expect.not.stringContaining("secret"),
  })
})

test("an answer that is not of Postgres is no database, and the statement is not sent again", async () => {
  const server = await serve(503)
  await expect(sluice.enqueue("any", {})).rejects.toMatchObject({
    code: "database_unavailable",
    message: expect.stringContaining("HTTP status 503"),
  })
  expect(server.requests()).toBe(1)
})

/** A server that has no database behind it; the driver of this process is told to go there. */
async function serve(status: number) {
  let requests = 0
  const server = http.createServer((_, response) => {
    requests++
    response.writeHead(status).end("no database")
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  neonConfig.fetchEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sql`
  const stop = async () => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, "close")
  }
  onTestFinished(stop)
  return { requests: () => requests, stop }
}
