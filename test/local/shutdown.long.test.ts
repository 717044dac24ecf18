import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { bundleFunctions } from "@sluice/local"
import { expect, onTestFinished, test } from "vitest"
import {
  children,
  isAlive,
  processState,
  ROOT,
  startedPids,
  startTestHost,
  temporaryDirectory,
  waitFor,
} from "./support.ts"

test("close ends frozen and busy processes, and leaves no child behind", async () => {
  const before = children()
  const { host, call, lines } = await startTestHost({ echo: {}, spin: {} })
  const { pid } = await call("echo")
  await waitFor("it is frozen", () => processState(pid) === "T")
  const spinning = call("spin")
  await waitFor("the other is busy", () => lines.includes("[spin] spinning"))
  await host.close({ graceMs: 100 })
  expect((await spinning).errorMessage).toContain("signal: killed")
  expect(children()).toEqual(before)
  expect(host.processes()).toEqual([])
})

test("close waits for what is under way, and asks it with SIGTERM to end early", async () => {
  const { host, lines } = await startTestHost({ untilSigterm: {}, sleepFor: { maxEnvironments: 1 } })
  await host.invoke("untilSigterm", "{}", { type: "Event" })
  await host.invoke("sleepFor", '{"ms":1000}', { type: "Event" })
  await host.invoke("sleepFor", '{"ms":1}', { type: "Event" })
  await waitFor("both handlers run", () =>
    ["[untilSigterm] waiting", "[sleepFor] sleeping"].every((line) => lines.includes(line)),
  )
  const startedAt = Date.now()
  await host.close({ graceMs: 20_000 })
  expect(Date.now() - startedAt).toBeLessThan(15_000)
  expect(lines).toContain("[untilSigterm] ended early")
  expect(lines.filter((line) => /^REPORT .* succeeded/.test(line))).toHaveLength(2)
  expect(lines.find((line) => line.startsWith("DROP sleepFor"))).toContain("closing")
})

test("a closed host refuses invocations and drops events", async () => {
  const { host, call, lines } = await startTestHost({ echo: {} })
  await host.close()
  await expect(call("echo")).rejects.toMatchObject({ code: "ServiceException", status: 503 })
  await host.invoke("echo", "{}", { type: "Event" })
  expect(lines).toEqual([expect.stringMatching(/^DROP echo RequestId .*closing/)])
  await host.close()
})

test("when the host is killed, its processes end too: the busy ones and the frozen ones", async () => {
  const functions = { echo: { handler: "test/local/fixtures/functions.echo", external: ["@aws-sdk/*"] } }
  const { echo } = await bundleFunctions({ root: ROOT, outDir: await temporaryDirectory(), functions })
  const runHost = `${import.meta.dirname}/fixtures/run-host.ts`
  const host = spawn(process.execPath, [runHost, echo.bundleDir], { stdio: ["ignore", "pipe", "inherit"] })
  onTestFinished(() => void host.kill("SIGKILL"))
  const lines: string[] = []
  createInterface({ input: host.stdout }).on("line", (line) => lines.push(line))
  await waitFor("two processes run", () => startedPids(lines).length === 2)
  const [frozen, busy] = startedPids(lines) as [number, number]
  await waitFor("the first is frozen", () => processState(frozen) === "T")
  expect(isAlive(busy)).toBe(true)
  host.kill("SIGKILL")
  await waitFor("both have ended", () => !isAlive(frozen) && !isAlive(busy))
})
