import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { useJobs } from "./jobs.ts"

// A name server that answers with an allowed address first and with another one later, as an attacker's would.
const answers = vi.hoisted(() => ({ next: [] as string[], asked: 0 }))
vi.mock("node:dns", async (original) => {
  const dns = await original<typeof import("node:dns")>()
  // biome-ignore lint/suspicious/noExplicitAny: lookup has many signatures
  const lookup: any = (
    name: string,
    options: { all?: boolean },
    callback: (...result: unknown[]) => void,
  ) => {
    if (name !== "rebind.test") return dns.lookup(name, options as never, callback as never)
    answers.asked++
    const address = answers.next.length > 1 ? answers.next.shift() : answers.next[0]
    if (address === undefined)
      return callback(Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }))
    return options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)
  }
  return { ...dns, lookup, default: { ...dns, lookup } }
})

const jobs = await useJobs()
const [ALLOWED, FORBIDDEN] = ["127.0.0.2", "127.0.0.1"]
let deliveries = 0
const inner = createServer((_request, response) => {
  deliveries++
  response.end()
})

beforeAll(async () => {
  await new Promise<void>((resolve) => inner.listen(0, FORBIDDEN, resolve))
  process.env.SLUICE_WEBHOOK_ALLOW = `${ALLOWED}/32`
})
afterAll(async () => {
  delete process.env.SLUICE_WEBHOOK_ALLOW
  inner.closeAllConnections()
  await new Promise((resolve) => inner.close(resolve))
})

const deliver = () =>
  jobs.perform(
    "webhook",
    { url: `http://rebind.test:${(inner.address() as AddressInfo).port}/` },
    { maxAttempts: 1 },
  )

test("a name that resolves to another address after the check leads nowhere else", async () => {
  Object.assign(answers, { next: [ALLOWED, FORBIDDEN], asked: 0 })
  const job = await deliver()

  expect(job.errors[0]?.message).toContain(`ECONNREFUSED ${ALLOWED}`)
  expect({ asked: answers.asked, deliveries }).toEqual({ asked: 1, deliveries: 0 })
})

test("a name that resolves to a private address is refused, with the address", async () => {
  Object.assign(answers, { next: [FORBIDDEN], asked: 0 })
  const job = await deliver()

  expect(job).toMatchObject({ state: "discarded", errors: [{ class: "Discard" }] })
  expect(job.errors[0]?.message).toContain(`rebind.test (${FORBIDDEN}) is not a public address`)
  expect(deliveries).toBe(0)
})

test("a name that doesn't resolve is retried, and the error says so", async () => {
  Object.assign(answers, { next: [], asked: 0 })
  const job = await jobs.perform("webhook", { url: "http://rebind.test/" })

  expect(job).toMatchObject({ state: "scheduled", attempts: 1 })
  expect(job.errors[0]?.message).toBe("POST to rebind.test failed: getaddrinfo ENOTFOUND")
})
