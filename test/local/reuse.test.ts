import { expect, test } from "vitest"
import { processState, startTestHost, waitFor } from "./support.ts"

const { host, call, lines } = await startTestHost({
  echo: { timeoutMs: 5_000, memoryMb: 512 },
  countTicks: {},
  sleepFor: {},
  environment: { environment: { COLOUR: "blue" } },
})

test("a second invocation finds the process of the first", async () => {
  const first = await call("echo")
  const second = await call("echo")
  expect(second).toMatchObject({ pid: first.pid, invocations: first.invocations + 1 })
  expect(lines.find((line) => line.startsWith("REPORT echo"))).toMatch(
    / cold \(init \d+ ms\) \d+ ms succeeded \d+ MB$/,
  )
})

test("two at the same time have a process each", async () => {
  const [first, second] = await Promise.all([call("sleepFor", { ms: 50 }), call("sleepFor", { ms: 50 })])
  expect(first.pid).not.toBe(second.pid)
})

test("a process is frozen between its invocations", async () => {
  const { pid } = await call("countTicks")
  await waitFor("it is frozen", () => processState(pid) === "T")
  await call("sleepFor", { ms: 200 })
  // Frozen it may miss at most the ticks of the moments before and after.
  expect((await call("countTicks")).ticks).toBeLessThan(15)
})

test("the handler is given the event and a context like Lambda's", async () => {
  const { event, context } = await call("echo", { text: "grüße", list: [1, null] })
  expect(event).toEqual({ text: "grüße", list: [1, null] })
  expect(context).toMatchObject({
    functionName: "echo",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:echo",
    memoryLimitInMB: "512",
    logGroupName: "/aws/lambda/echo",
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(context.remainingMs).toBeGreaterThan(4_000)
  expect(context.remainingMs).toBeLessThanOrEqual(5_000)
})

test("the process has its own variables, those of Lambda, and none of the host", async () => {
  process.env.SLUICE_TEST_SECRET = "not for functions"
  const { variables, workingDirectory } = await call("environment")
  expect(variables).toMatchObject({
    COLOUR: "blue",
    TZ: "UTC",
    AWS_REGION: "us-east-1",
    AWS_LAMBDA_FUNCTION_NAME: "environment",
    AWS_ENDPOINT_URL_LAMBDA: host.invokeApiUrl,
    LAMBDA_TASK_ROOT: workingDirectory,
  })
  expect(variables).not.toHaveProperty("SLUICE_TEST_SECRET")
  expect(variables).not.toHaveProperty("HOME")
})
