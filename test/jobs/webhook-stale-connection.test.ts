import { type AddressInfo, createServer } from "node:net"
import { expect, test } from "vitest"
import { useJobs } from "./jobs.ts"

const jobs = await useJobs()

test("a kept connection that died unseen costs no attempt: the delivery goes over a new one", async () => {
  // Answers the first request of a connection and drops the connection at the second, without having answered.
  let [connections, dropped] = [0, 0]
  const server = createServer((socket) => {
    connections++
    let requests = 0
    socket.on("error", () => {})
    socket.on("data", () => {
      if (++requests === 1) return socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
      dropped++
      return socket.resetAndDestroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  process.env.SLUICE_WEBHOOK_ALLOW = "127.0.0.1"

  const url = `http://127.0.0.1:${port}`
  const first = await jobs.perform("webhook", { url })
  const second = await jobs.perform("webhook", { url })

  expect([first, second]).toMatchObject([
    { state: "succeeded", attempts: 1 },
    { state: "succeeded", attempts: 1, errors: [] },
  ])
  expect({ connections, dropped }).toEqual({ connections: 2, dropped: 1 })
  delete process.env.SLUICE_WEBHOOK_ALLOW
  await new Promise((resolve) => server.close(resolve))
})
