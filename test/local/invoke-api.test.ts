import { InvokeCommand, type InvokeCommandInput, LambdaClient } from "@aws-sdk/client-lambda"
import { afterAll, expect, test } from "vitest"
import { startTestHost, waitFor } from "./support.ts"

const { host, call, lines } = await startTestHost({
  echo: {},
  fail: {},
  sleepFor: { maxEnvironments: 1 },
  chain: {},
})
const lambda = new LambdaClient({
  endpoint: host.invokeApiUrl,
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  maxAttempts: 1,
})
afterAll(() => lambda.destroy())

const invoke = (input: InvokeCommandInput) => lambda.send(new InvokeCommand(input))

test("RequestResponse returns what the function returned", async () => {
  const answer = await invoke({ FunctionName: "echo", Payload: '{"a":1}' })
  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" })
  expect(answer.FunctionError).toBeUndefined()
  expect(JSON.parse(answer.Payload?.transformToString() ?? "")).toMatchObject({ event: { a: 1 } })
})

test("a function's error comes with FunctionError", async () => {
  const answer = await invoke({ FunctionName: "fail" })
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" })
  expect(JSON.parse(answer.Payload?.transformToString() ?? "")).toMatchObject({ errorType: "RangeError" })
})

test("Event is accepted at once and performed afterwards", async () => {
  const answer = await invoke({ FunctionName: "echo", InvocationType: "Event", Payload: "{}" })
  expect(answer.StatusCode).toBe(202)
  expect(answer.Payload ?? "").toHaveLength(0)
  const requestId = answer.$metadata.requestId
  await waitFor("it is performed", () =>
    lines.find((line) => line.startsWith(`REPORT echo RequestId ${requestId}`)),
  )
})

test("DryRun invokes nothing", async () => {
  const before = lines.filter((line) => line.startsWith("START")).length
  expect((await invoke({ FunctionName: "echo", InvocationType: "DryRun" })).StatusCode).toBe(204)
  expect(lines.filter((line) => line.startsWith("START"))).toHaveLength(before)
})

test("a function goes by its name, its ARN, and with a qualifier", async () => {
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:echo"
  for (const FunctionName of [arn, `${arn}:$LATEST`, "000000000000:function:echo", "echo:$LATEST"]) {
    expect((await invoke({ FunctionName })).StatusCode, FunctionName).toBe(200)
  }
})

test("what can't be done is refused as AWS refuses it", async () => {
  await expect(invoke({ FunctionName: "nobody" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  })
  await expect(invoke({ FunctionName: "echo", Payload: "{not json" })).rejects.toMatchObject({
    name: "InvalidRequestContentException",
  })
  const running = call("sleepFor", { ms: 300 })
  await expect(invoke({ FunctionName: "sleepFor", Payload: '{"ms":1}' })).rejects.toMatchObject({
    name: "TooManyRequestsException",
    $metadata: { httpStatusCode: 429 },
  })
  await running
})

test("payloads are held to Lambda's limits: 6 MB, and 1 MB for events", async () => {
  const text = (bytes: number) => JSON.stringify("x".repeat(bytes - 2))
  const tooLarge = { name: "RequestTooLargeException", $metadata: { httpStatusCode: 413 } }
  await expect(invoke({ FunctionName: "fail", Payload: text(6_291_456) })).resolves.toBeTruthy()
  await expect(invoke({ FunctionName: "fail", Payload: text(6_291_457) })).rejects.toMatchObject(tooLarge)
  await expect(invoke({ FunctionName: "fail", Payload: text(20_000_000) })).rejects.toMatchObject(tooLarge)
  const event = { FunctionName: "fail", InvocationType: "Event" } as const
  await expect(invoke({ ...event, Payload: text(1_048_576) })).resolves.toBeTruthy()
  await expect(invoke({ ...event, Payload: text(1_048_577) })).rejects.toMatchObject(tooLarge)
})

test("a function invokes itself through the SDK, hop after hop", async () => {
  await host.invoke("chain", '{"hop":0,"last":3}', { type: "Event" })
  await waitFor(
    "the last hop has ended",
    () => lines.filter((line) => line.startsWith("REPORT chain")).length === 4,
  )
  expect(lines.filter((line) => line.startsWith("[chain]"))).toEqual(
    [0, 1, 2, 3].map((hop) => `[chain] hop ${hop}`),
  )
})
