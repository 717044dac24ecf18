import type { Duration } from "@sluice/core"
import { afterAll, expect, test, vi } from "vitest"
import { useJobs } from "./jobs.ts"
import { useReceiver } from "./receiver.ts"

// A name server that keeps silent until it is told to speak, and then sends everybody to the receiver.
const server = vi.hoisted(() => ({ held: [] as (() => void)[], asked: [] as string[], isSilent: true }))
vi.mock("node:dns", async (original) => {
  const dns = await original<typeof import("node:dns")>()
  // biome-ignore lint/suspicious/noExplicitAny: lookup has many signatures
  const lookup: any = (name: string, options: unknown, callback: (...result: unknown[]) => void) => {
    if (!name.endsWith(".test")) return dns.lookup(name, options as never, callback as never)
    const answer = () => callback(null, [{ address: "127.0.0.1", family: 4 }])
    server.asked.push(name)
    return server.isSilent ? void server.held.push(answer) : process.nextTick(answer)
  }
  return { ...dns, lookup, default: { ...dns, lookup } }
})

const jobs = await useJobs()
const receiver = await useReceiver()
afterAll(() => speak())

function speak(): void {
  server.isSilent = false
  for (const answer of server.held.splice(0)) answer()
}

const webhook = (host: string, timeout: Duration) => ({
  name: "webhook",
  payload: { url: `http://${host}:${receiver.port}/` },
  options: { timeout, maxAttempts: 1 },
})

test("names that nobody resolves hold two lookups at most, and jobs that gave up ask no more", async () => {
  const hosts = ["a.test", "a.test", "b.test", "c.test", "d.test", "d.test"]
  await jobs.sluice.enqueueMany(hosts.map((host) => webhook(host, "500ms")))
  expect(await jobs.drain()).toMatchObject({ discarded: hosts.length, stuck: 0 })
  expect(server.asked).toEqual(["a.test", "b.test"])

  // from then on others are asked
  speak()
  await jobs.sluice.enqueueMany(["c.test", "e.test", "e.test"].map((host) => webhook(host, "10s")))
  expect(await jobs.drain()).toMatchObject({ succeeded: 3 })
  expect(server.asked.slice(2)).toEqual(["c.test", "e.test"])
})
