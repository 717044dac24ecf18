// The program of each function process: loads the handler, then gets one event after another from the Runtime API, as
// the runtime inside AWS Lambda does. It imports nothing of this repository, and is plain JavaScript because stripping
// types would add 60 ms and 20 MB to a cold start. It reads its configuration from the environment, as Lambda defines.
// Unlike AWS's own client, it has no response streaming, no client context, and no prefix on console lines.
import path from "node:path"
import { pathToFileURL } from "node:url"

// Not imported: an import reads all exports of a module, and one of these loads undici.
const { existsSync } = process.getBuiltinModule("node:fs")
const net = process.getBuiltinModule("node:net")

const address = setting("AWS_LAMBDA_RUNTIME_API")
const socket = connect(address)

// The host sends SIGTERM when it shuts down during an invocation. A handler may listen too and end early. Without this
// listener the process would die at once, in spite of the host's grace period.
process.on("SIGTERM", () => {})

// Not awaited at the top level: a handler that never settles must end the process with code 0, as in Lambda.
main()

async function main() {
  const handler = await loadHandler(setting("LAMBDA_TASK_ROOT"), setting("_HANDLER")).catch(reportInitError)
  while (true) await performNext(handler)
}

async function performNext(handler) {
  const { headers, body } = await call("GET", "invocation/next")
  const requestId = headers["lambda-runtime-aws-request-id"]
  try {
    const result = await handler(JSON.parse(body), contextOf(headers))
    await uncaughtErrorsFirst()
    await call("POST", `invocation/${requestId}/response`, toJson(result))
  } catch (error) {
    await uncaughtErrorsFirst()
    console.error(error)
    await call("POST", `invocation/${requestId}/error`, JSON.stringify(errorBody(error)))
  }
}

/** An unhandled rejection ends the process, which has to happen before the invocation is reported as succeeded. */
function uncaughtErrorsFirst() {
  return new Promise((resolve) => setImmediate(resolve))
}

function contextOf(headers) {
  const deadlineAt = Number(headers["lambda-runtime-deadline-ms"])
  const traceId = headers["lambda-runtime-trace-id"]
  process.env._X_AMZN_TRACE_ID = traceId
  return {
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    tenantId: undefined,
    xRayTraceId: traceId,
    getRemainingTimeInMillis: () => deadlineAt - Date.now(),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  }
}

function toJson(result) {
  try {
    return JSON.stringify(result === undefined ? null : result)
  } catch {
    throw runtimeError("JSONStringifyError", "Unable to stringify response body")
  }
}

async function loadHandler(taskRoot, handlerName) {
  if (handlerName.includes("..")) throw runtimeError("MalformedHandlerName", `'${handlerName}' contains ".."`)
  const [, moduleName, exportPath] = /^([^.]*)\.(.*)$/.exec(path.basename(handlerName)) ?? []
  if (moduleName === undefined) {
    throw runtimeError("MalformedHandlerName", `'${handlerName}' is not of the form file.export`)
  }
  const module = await importModule(path.resolve(taskRoot, path.dirname(handlerName), moduleName))
  const handler = find(module, exportPath) ?? find(module.default, exportPath)
  if (!handler) throw runtimeError("HandlerNotFound", `${handlerName} is undefined or not exported`)
  if (typeof handler !== "function") throw runtimeError("HandlerNotFound", `${handlerName} is not a function`)
  if (handler.length >= 3) {
    throw runtimeError(
      "CallbackHandlerDeprecated",
      "Node.js 24 on Lambda supports no callbacks; return a promise",
    )
  }
  return handler
}

async function importModule(withoutExtension) {
  const file = ["", ".js", ".mjs", ".cjs"]
    .map((end) => withoutExtension + end)
    .find((each) => existsSync(each))
  if (file === undefined) {
    throw runtimeError("ImportModuleError", `Error: Cannot find module '${path.basename(withoutExtension)}'`)
  }
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw Object.assign(runtimeError("UserCodeSyntaxError", String(error)), { stack: error.stack })
  }
}

function find(module, exportPath) {
  return exportPath.split(".").reduce((value, key) => value?.[key], module)
}

async function reportInitError(error) {
  console.error(error)
  const body = errorBody(error)
  const errorType = body.errorType.replace(/[^\x20-\x7e]/g, "?")
  await call("POST", "init/error", JSON.stringify(body), { "Lambda-Runtime-Function-Error-Type": errorType })
  process.exit(1)
}

function errorBody(error) {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: error.stack?.split("\n") ?? [] }
    : { errorType: typeof error, errorMessage: String(error), trace: [] }
}

function runtimeError(type, message) {
  return Object.assign(new Error(message), { name: `Runtime.${type}` })
}

/**
 * One request to the Runtime API, after the response to the one before. It has no time limit, because the process is frozen while
 * there is no event. Written by hand: with Node's client, the two requests took half of the time of a short invocation.
 */
async function call(method, route, body = "", headers = {}) {
  const content = method === "POST" && {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  }
  const fields = Object.entries({ Host: address, ...content, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.ref()
  try {
    socket.write(`${method} /2018-06-01/runtime/${route} HTTP/1.1\r\n${fields.join("")}\r\n${body}`)
    return await readResponse()
  } finally {
    socket.unref() // a handler that waits for nothing ends the process
  }
}

/** The responses of this host say how long they are. */
function readResponse() {
  const chunks = []
  let length = 0
  let head
  return new Promise((resolve, reject) => {
    const onData = (chunk) => {
      chunks.push(chunk)
      length += chunk.length
      head ??= headOf(chunks)
      if (!head || length < head.length + head.bodyLength) return
      stop()
      const body = Buffer.concat(chunks).toString("utf8", head.length, head.length + head.bodyLength)
      resolve({ headers: head.headers, body })
    }
    const onEnd = (error) => {
      stop()
      reject(error || new Error("The local Lambda host has closed the connection")) // "close" tells no error
    }
    const stop = () => socket.off("data", onData).off("error", onEnd).off("close", onEnd)
    socket.on("data", onData).on("error", onEnd).on("close", onEnd)
  })
}

function headOf(chunks) {
  const bytes = Buffer.concat(chunks)
  const end = bytes.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const [, ...lines] = bytes.toString("latin1", 0, end).split("\r\n")
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  )
  return { headers, length: end + 4, bodyLength: Number(headers["content-length"]) }
}

function connect(address) {
  const [hostname, port] = address.split(":")
  const socket = net.connect(Number(port), hostname)
  socket.setNoDelay(true)
  return socket
}

function setting(name) {
  const value = process.env[name]
  if (value === undefined)
    throw new Error(`${name} is not set; this program must be started by the local Lambda host`)
  return value
}
