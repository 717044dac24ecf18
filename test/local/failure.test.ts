import { createHost } from "@sluice/local"
import { expect, onTestFinished, test } from "vitest"
import { isAlive, processState, startedPids, startTestHost, waitFor } from "./support.ts"

const { host, call, lines } = await startTestHost({
  echo: {},
  fail: {},
  exitWith: {},
  neverSettle: {},
  sleepFor: {},
  spawnChild: {},
  largeResult: {},
  initThrows: { file: "init-throws", export: "handler" },
})

test("an error that the handler throws is returned, and the process survives", async () => {
  const first = await host.invoke("fail", "{}")
  expect(first.functionError).toBe("Unhandled")
  expect(JSON.parse(first.payload)).toMatchObject({
    errorType: "RangeError",
    errorMessage: "seven is not allowed",
    trace: expect.arrayContaining(["RangeError: seven is not allowed"]),
  })
  await host.invoke("fail", "{}")
  const report = lines.filter((line) => line.startsWith("REPORT fail"))
  expect(report[0]).toContain(" failed ")
  expect(report[1]).toContain(" warm ")
})

test("a process that ends in the middle is reported with its exit code", async () => {
  const { requestId, payload } = await host.invoke("exitWith", '{"code":3}')
  expect(JSON.parse(payload)).toEqual({
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 3`,
  })
})

test("a handler that leaves nothing to wait for and never settles ends its process", async () => {
  const { errorType, errorMessage } = await call("neverSettle")
  expect(errorType).toBe("Runtime.ExitError")
  expect(errorMessage).toContain("Runtime exited without providing a reason")
})

test("a process killed from outside is answered at once, and the next invocation has a new one", async () => {
  const running = call("sleepFor", { ms: 60_000 })
  const pid = await waitFor(
    "the invocation has begun",
    () => startedPids(lines.filter((line) => line.includes(" sleepFor ")))[0],
  )
  process.kill(pid, "SIGKILL")
  expect((await running).errorMessage).toContain("Runtime exited with error: signal: killed")
  expect((await call("sleepFor", { ms: 1 })).pid).not.toBe(pid)
})

test("a process killed between invocations is replaced without an error", async () => {
  const { pid } = await call("echo")
  await waitFor("it is frozen", () => processState(pid) === "T")
  process.kill(pid, "SIGKILL")
  await waitFor("the host has noticed", () => !host.processes().some((each) => each.pid === pid))
  expect((await call("echo")).pid).not.toBe(pid)
  expect(lines).toContainEqual(`END echo pid ${pid} between invocations: signal: killed`)
})

test("what a function has started is frozen and ended with it", async () => {
  const { pid, childPid } = await call("spawnChild")
  await waitFor("the child is frozen", () => processState(childPid) === "T")
  process.kill(pid, "SIGKILL")
  await waitFor("the child has ended", () => !isAlive(childPid))
})

test("a handler that can't be loaded is answered with the error of its module", async () => {
  const result = await host.invoke("initThrows", "{}")
  expect(result.functionError).toBe("Unhandled")
  expect(JSON.parse(result.payload)).toMatchObject({
    errorType: "TypeError",
    errorMessage: "the setting COLOUR is missing",
  })
  expect(lines.find((line) => line.startsWith("REPORT initThrows"))).toContain(" init failed ")
  expect(lines.join("\n")).toContain("[initThrows] TypeError: the setting COLOUR is missing")
})

test("a process that can't be started is an error of the service, for those that wait too", async () => {
  const functions = { lost: { bundleDir: "/does/not/exist", handler: "bundle.handler", maxEnvironments: 1 } }
  const broken = await createHost({ functions, log: () => {} })
  onTestFinished(() => broken.close())
  const invoke = () => broken.invoke("lost", "{}", { whenBusy: "wait" }).catch((error) => error.message)
  const messages = await Promise.all([invoke(), invoke(), invoke()])
  expect(messages).toEqual(Array(3).fill(expect.stringContaining("No process could be started for lost: ")))
})

test("a result over Lambda's limit of 6 MB is an error of the function", async () => {
  expect(await call("largeResult", { bytes: 6_000_000 })).toHaveLength(6_000_000)
  const { errorType, errorMessage } = await call("largeResult", { bytes: 6_300_000 })
  expect(errorType).toBe("Function.ResponseSizeTooLarge")
  expect(errorMessage).toContain("6291556 bytes")
})
