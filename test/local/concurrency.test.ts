import { expect, test } from "vitest"
import { isAlive, startedPids, startTestHost, waitFor } from "./support.ts"

const { host, call, lines } = await startTestHost(
  { sleepFor: { maxEnvironments: 1 }, echo: {} },
  { idleMs: 500 },
)

test("past the reserved concurrency a synchronous invocation is refused", async () => {
  const running = call("sleepFor", { ms: 300 })
  await expect(call("sleepFor", { ms: 1 })).rejects.toMatchObject({
    code: "TooManyRequestsException",
    status: 429,
  })
  await running
})

test("an invocation that waits gets the environment once it is free, unless its signal ends the wait", async () => {
  const running = call("sleepFor", { ms: 300 })
  const waiting = call("sleepFor", { ms: 1 }, { whenBusy: "wait" })
  const impatient = call("sleepFor", { ms: 1 }, { whenBusy: "wait", signal: AbortSignal.timeout(20) })
  await expect(impatient).rejects.toThrow("timeout")
  expect((await waiting).pid).toBe((await running).pid)
})

test("events wait for their turn, in order, and one after a crash has a new process", async () => {
  lines.length = 0
  const running = call("sleepFor", { ms: 60_000 })
  const ids: string[] = []
  for (const ms of [1, 2, 3]) {
    ids.push((await host.invoke("sleepFor", JSON.stringify({ ms }), { type: "Event" })).requestId)
  }
  const [pid] = await waitFor("the first has begun", () => startedPids(lines))
  process.kill(pid as number, "SIGKILL")
  await running
  const reports = () => lines.filter((line) => line.startsWith("REPORT") && line.includes("succeeded"))
  await waitFor("all events are performed", () => reports().length === 3)
  expect(reports().map((line) => line.split(" ")[3])).toEqual(ids)
  expect(startedPids(lines)).toHaveLength(2)
})

test("an environment that nobody uses is ended after its idle time", async () => {
  const { pid } = await call("echo")
  await waitFor("it is gone", () => !host.processes().some((each) => each.pid === pid))
  expect(isAlive(pid)).toBe(false)
  expect((await call("echo")).invocations).toBe(1)
})
