import { expect, test } from "vitest"
import { isAlive, startedPids, startTestHost } from "./support.ts"

const { host, call, lines } = await startTestHost({
  spin: { timeoutMs: 400 },
  sleepFor: { timeoutMs: 400 },
  holdMemory: { memoryMb: 160 },
  echo: { memoryMb: 160 },
})

test("an invocation is killed at the function's timeout, even when it blocks its event loop", async () => {
  const result = await host.invoke("spin", "{}")
  expect(result.functionError).toBe("Unhandled")
  expect(JSON.parse(result.payload)).toEqual({
    errorType: "Sandbox.Timedout",
    errorMessage: `RequestId: ${result.requestId} Error: Task timed out after 0.40 seconds`,
  })
  expect(lines.find((line) => line.startsWith("REPORT spin"))).toContain(" timed out ")
  expect(isAlive(startedPids(lines.filter((line) => line.includes(" spin ")))[0] as number)).toBe(false)
})

test("the next invocation after a timeout has a new process and its full time", async () => {
  const { errorType } = await call("sleepFor", { ms: 60_000 })
  expect(errorType).toBe("Sandbox.Timedout")
  expect(await call("sleepFor", { ms: 200 })).toHaveProperty("pid")
  expect(await call("sleepFor", { ms: 300 })).toHaveProperty("pid")
})

test("the time between two invocations is not counted", async () => {
  const { pid } = await call("sleepFor", { ms: 1 })
  await host.invoke("spin", "{}")
  expect(await call("sleepFor", { ms: 1 })).toEqual({ pid })
})

test("a process that passes its memory is killed", async () => {
  const result = await host.invoke("holdMemory", '{"mb":400}')
  expect(result.functionError).toBe("Unhandled")
  expect(JSON.parse(result.payload)).toEqual({
    errorType: "Runtime.OutOfMemory",
    errorMessage: `RequestId: ${result.requestId} Error: Runtime exited with error: signal: killed (memory size: 160 MB)`,
  })
  expect(lines.find((line) => line.startsWith("REPORT holdMemory"))).toContain(" out of memory ")
})

test("one that stays below its memory is not", async () => {
  expect(await call("holdMemory", { mb: 24 })).toEqual({ mb: 24 })
  expect(await call("echo", "hello")).toMatchObject({ event: "hello" })
})
