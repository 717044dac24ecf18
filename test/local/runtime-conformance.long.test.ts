import { execFileSync, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { cp, mkdir, readFile, writeFile } from "node:fs/promises"
import path from "node:path"
import { type RuntimeEvent, type RuntimeMessage, startRuntimeApi } from "@sluice/local/runtime-api"
import { expect, test } from "vitest"
import { ROOT, temporaryDirectory } from "./support.ts"

// The runtime's loop is held against AWS's own, aws-lambda-ric. That one builds native code for minutes, so what it says
// is recorded in a file, and compared with the real one where that is installed: `npm run test:ric` installs it.
const RIC = "aws-lambda-ric@4.0.2"
const cache = path.join(ROOT, "node_modules/.cache", RIC)
const ric = path.join(cache, "node_modules/aws-lambda-ric/index.mjs")
if (process.env.SLUICE_TEST_RIC === "install" && !existsSync(ric)) await installRic()

const RECORD = path.join(import.meta.dirname, "fixtures/runtime-transcript.txt")
const TASK_ROOT = await temporaryDirectory()
await cp(path.join(import.meta.dirname, "fixtures/runtime"), TASK_ROOT, { recursive: true })
await writeFile(path.join(TASK_ROOT, "broken.mjs"), "export const handler = async ( => {}")

const manyTimes = (value: string) => value.repeat(500_000)
const SCRIPT: { handler: string; events?: { do?: string; [more: string]: unknown }[] }[] = [
  {
    handler: "handlers.handler",
    events: [
      { do: "return", value: { text: "grüße 🚰", list: [1, null] } },
      { do: "returnNothing" },
      { do: "returnCircular" },
      { do: "throwError" },
      { do: "throwText" },
      { do: "throwNothing" },
      { do: "reject" },
      { do: "rejectObject" },
      { do: "context" },
      { do: "measure", value: manyTimes("0123456789") },
      { do: "returnLarge", bytes: 5_000_000 },
    ],
  },
  ...["leaveRejection", "throwLater", "exit", "neverSettle"].map((action) => ({
    handler: "handlers.handler",
    events: [{ do: "return", value: 1 }, { do: action }],
  })),
  ...["handlers.synchronous", "handlers.thenable", "common.handler", "default.handler"].map((handler) => ({
    handler,
    events: [{ a: 1 }],
  })),
  { handler: "handlers.nested.deep.handler", events: [{ do: "return", value: "deep" }] },
  { handler: "handlers.withCallback" },
  { handler: "handlers.notFunction" },
  { handler: "handlers.missing" },
  { handler: "handlers" },
  { handler: "folder/../handlers.handler" },
  { handler: "missing.handler" },
  { handler: "throws.handler" },
  { handler: "throws-text.handler" },
  { handler: "imports-nothing.handler" },
  { handler: "broken.handler" },
]

test("the runtime says to the Runtime API what aws-lambda-ric is recorded to say", {
  timeout: 60_000,
}, async () => {
  const runtime = path.join(ROOT, "packages/local/src/lambda/runtime.mjs")
  expect(await transcript(runtime)).toBe(await readFile(RECORD, "utf8"))
})

test.skipIf(!existsSync(ric))(
  `${RIC} says what it is recorded to say${existsSync(ric) ? "" : " (not installed: npm run test:ric)"}`,
  { timeout: 120_000 },
  async () => {
    await expect(await transcript(ric)).toMatchFileSnapshot(RECORD)
  },
)

async function transcript(runtime: string): Promise<string> {
  const lines: string[] = []
  for (const { handler, events = [] } of SCRIPT) {
    const heading = ["#", handler, ...events.flatMap((event) => event.do ?? [])].join(" ")
    lines.push(heading, ...(await conversation(runtime, handler, [...events])), "")
  }
  return lines.join("\n")
}

/** What the runtime says while it is handed the events one after the other, until it asks for more or ends. */
async function conversation(runtime: string, handler: string, events: object[]): Promise<string[]> {
  const said: string[] = []
  let handed = 0
  const runtimeApi = await startRuntimeApi((message) => {
    said.push(describe(message))
    if (message.kind !== "next") return true
    const event = events.shift()
    if (event) message.send(toRuntimeEvent(event, ++handed))
    else child.kill("SIGKILL")
    return true
  })
  const environment = { ...lambdaVariables(handler), AWS_LAMBDA_RUNTIME_API: runtimeApi.address }
  const child = spawn(process.execPath, [runtime], { cwd: TASK_ROOT, env: environment, stdio: "ignore" })
  const [code, signal] = await new Promise<unknown[]>((resolve) => {
    child.once("exit", (...exit) => resolve(exit))
  })
  runtimeApi.close()
  return [...said, signal !== null ? "waits" : code === 0 ? "ends with 0" : "ends with an error"]
}

function toRuntimeEvent(event: object, number: number): RuntimeEvent {
  return {
    requestId: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    payload: JSON.stringify(event),
    functionArn: "arn:aws:lambda:us-east-1:000000000000:function:conformance",
    deadlineAtMs: Date.now() + 3_000_000,
  }
}

function lambdaVariables(handler: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: TASK_ROOT,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: "conformance",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/conformance",
    AWS_LAMBDA_LOG_STREAM_NAME: "stream",
  }
}

function describe(message: RuntimeMessage): string {
  if (message.kind === "next") return "next"
  const id = message.kind === "init error" ? "" : ` ${message.requestId.slice(-2)}`
  const payload =
    message.kind === "response" ? describeResult(message.payload) : describeError(message.payload)
  return `${message.kind}${id}: ${payload}`
}

function describeResult(payload: string): string {
  if (payload.length > 1_000) return `${payload.length} characters`
  return payload.replace(/Root=1-[0-9a-f]{8}/g, "Root=1-time")
}

/** Leaves out where the two may differ: the wording of the runtime's own errors, and its own files in the stack. */
function describeError(payload: string): string {
  const { errorType, errorMessage, trace, ...more } = JSON.parse(payload)
  const ownWords = /^Runtime\.(MalformedHandlerName|CallbackHandlerDeprecated)$/.test(errorType)
  const message = ownWords ? "…" : errorMessage.split("\nRequire stack")[0].replaceAll(TASK_ROOT, "…")
  const positions = trace.flatMap(
    (line: string) => line.split(`${TASK_ROOT}/`)[1]?.match(/^[^ )]+:\d+:\d+/)?.[0] ?? [],
  )
  return [errorType, JSON.stringify(message), ...positions, ...Object.keys(more)].join(" ")
}

async function installRic(): Promise<void> {
  await mkdir(cache, { recursive: true })
  await writeFile(
    path.join(cache, "package.json"),
    '{ "private": true, "allowScripts": { "aws-lambda-ric": true } }',
  )
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--save-exact", RIC], {
    cwd: cache,
    stdio: "inherit",
  })
}
