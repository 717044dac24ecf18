import { afterAll, expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { ATTACKS, startHostileReceiver } from "../support/hostile-receiver.ts"
import { useJobs } from "./jobs.ts"

const jobs = await useJobs()
const hostile = await startHostileReceiver()
const speaksNoTls = await startHostileReceiver("another protocol")
const silent = await startHostileReceiver("silence")
process.env.SLUICE_WEBHOOK_ALLOW = "127.0.0.1"
afterAll(() => void delete process.env.SLUICE_WEBHOOK_ALLOW)

const options = { timeout: "700ms", maxAttempts: 1 } as const

test("whatever a receiver does instead of answering is a failed attempt, and the drain ends", async () => {
  const names = Object.keys(ATTACKS)
  const webhooks = names.map((name) => ({ name: "webhook", payload: { url: hostile.urlOf(name) }, options }))
  const enqueued = await jobs.sluice.enqueueMany(webhooks)
  expect(await jobs.drain()).toMatchObject({ discarded: names.length, stuck: 0 })

  const messages = await Promise.all(enqueued.map(async ({ id }) => (await jobs.read(id)).errors[0]?.message))
  const messageOf = (name: string) => messages[names.indexOf(name)]
  for (const name of ["an upgrade", "an upgrade without its headers"])
    expect(messageOf(name)).toMatch(/failed: the response was an unrequested 101 Switching Protocols/)
  for (const name of ["silence", "nothing but 100 Continue", "a body that trickles", "half a header"])
    expect(messageOf(name), name).toMatch(/took longer than its timeout of 700 ms/)
  for (const name of ["early hints without end", "a chunk's length without end"])
    expect(messageOf(name), name).toMatch(/bytes arrived before the response's end|longer than its timeout/)
  await eventually(() => expect(hostile.connections()).toBe(0))
})

test.each([
  ["speaks no TLS", speaksNoTls, /failed: /],
  ["never ends its handshake", silent, /took longer than its timeout/],
])("a server that %s is a failed attempt", async (_what, { port }, message) => {
  const { attempts, errors } = await jobs.perform("webhook", { url: `https://127.0.0.1:${port}` }, options)
  expect({ attempts, message: errors[0]?.message }).toEqual({
    attempts: 1,
    message: expect.stringMatching(message),
  })
})
