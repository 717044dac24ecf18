import { expect, test } from "vitest"
import { parseAllowList } from "../../functions/jobs/webhook/allow-list.ts"
import { AddressRefusedError, assertAddressAllowed } from "../../functions/jobs/webhook/destination.ts"
import { useJobs } from "./jobs.ts"
import { useReceiver } from "./receiver.ts"

const jobs = await useJobs()
const receiver = await useReceiver({ allow: false })

// All of these lead to this machine; a guard that fails reaches nothing but the receiver.
const OWN = [
  "127.0.0.1",
  "127.1",
  "127.255.255.254",
  "localhost",
  "LOCALHOST",
  "0.0.0.0",
  "0",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "017700000001",
  "１２７.０.０.１",
  "[::1]",
  "[::]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
]

for (const host of OWN) {
  test(`a webhook to ${host} is discarded and reaches nobody`, async () => {
    const job = await jobs.perform("webhook", { url: `http://${host}:${receiver.port}/` })

    expect(job).toMatchObject({ state: "discarded", attempts: 1, errors: [{ class: "Discard" }] })
    expect(job.errors[0]?.message).toMatch(/not a public address; list it in SLUICE_WEBHOOK_ALLOW/)
    expect(receiver.connections).toBe(0)
  })
}

// These would leave the machine, so only the judgement is asked for.
const OTHERS = [
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.169.254",
  "0xa9fea9fe",
  "224.0.0.1",
  "255.255.255.255",
  "[::127.0.0.1]",
  "[::ffff:169.254.169.254]",
  "[64:ff9b::169.254.169.254]",
  "[2002:a00:1::]",
  "[fd00:ec2::254]",
  "[fe80::1]",
  "[ff02::1]",
]

for (const host of OTHERS) {
  test(`the address ${host} is refused`, () => {
    const url = new URL(`http://${host}/`)
    expect(() => assertAddressAllowed(url, parseAllowList(""))).toThrow(AddressRefusedError)
  })
}
