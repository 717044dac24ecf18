import { type AddressInfo, createServer } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import { useJobs } from "./jobs.ts"

const jobs = await useJobs()

beforeAll(() => {
  process.env.SLUICE_WEBHOOK_ALLOW = "127.0.0.1, localhost"
})
afterAll(() => {
  delete process.env.SLUICE_WEBHOOK_ALLOW
})

test("a port that nobody listens on is retried, and the error says so", async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))

  // By name too: then several addresses may have been tried.
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
    const job = await jobs.perform("webhook", { url: `http://${host}` })
    expect(job).toMatchObject({ state: "scheduled", attempts: 1 })
    expect(job.errors[0]?.message).toMatch(new RegExp(`^POST to ${host} failed: .*ECONNREFUSED`))
  }
})
