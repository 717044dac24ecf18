import type http from "node:http"
import { HostError } from "../host-error.ts"
import { type LoopbackServer, startLoopbackServer } from "../server/loopback-server.ts"
import { readBody } from "../server/read-body.ts"
import type { Invoke, InvokeResult } from "./invocation.ts"

/** A little more than the largest payload, so that the host's own check refuses those just above it. */
const MAX_BODY_BYTES = 7_000_000

const ROUTE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?|$)/

/**
 * Lambda's Invoke operation, for AWS's SDK: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. It doesn't
 * check signatures, and listens on loopback only.
 */
export function startInvokeApi(functions: {
  invoke: Invoke
  has(functionName: string): boolean
}): Promise<LoopbackServer> {
  return startLoopbackServer((request, response) => handle(request, response, functions))
}

async function handle(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  functions: { invoke: Invoke; has(functionName: string): boolean },
): Promise<void> {
  const [, nameOrArn] = ROUTE.exec(request.url ?? "") ?? []
  if (request.method !== "POST" || nameOrArn === undefined) {
    throw new HostError(
      "UnknownOperationException",
      404,
      `The local Lambda host supports only Invoke, not ${request.url}`,
    )
  }
  const functionName = parseFunctionName(decodeURIComponent(nameOrArn))
  const body = await readBody(request, MAX_BODY_BYTES)
  if (!body) throw new HostError("RequestTooLargeException", 413, "The payload is larger than 6291456 bytes")
  const payload = body.length === 0 ? "{}" : body.toString()

  const type = request.headers["x-amz-invocation-type"] ?? "RequestResponse"
  if (type === "DryRun") {
    if (!functions.has(functionName)) throw notFound(functionName)
    response.writeHead(204).end()
  } else if (type === "Event") {
    writeResult(response, 202, await functions.invoke(functionName, payload, { type }))
  } else if (type === "RequestResponse") {
    writeResult(response, 200, await functions.invoke(functionName, payload))
  } else {
    throw new HostError("InvalidParameterValueException", 400, `Unknown X-Amz-Invocation-Type ${type}`)
  }
}

/** Accepts `name`, `name:qualifier`, `account:function:name` and `arn:aws:lambda:region:account:function:name[:qualifier]`. */
function parseFunctionName(nameOrArn: string): string {
  const parts = nameOrArn.split(":")
  const marker = parts.indexOf("function")
  return parts[marker >= 0 ? marker + 1 : 0] ?? nameOrArn
}

function notFound(functionName: string): HostError {
  return new HostError("ResourceNotFoundException", 404, `Function not found: ${functionName}`)
}

function writeResult(response: http.ServerResponse, status: number, result: InvokeResult): void {
  response.writeHead(status, {
    "Content-Type": "application/json",
    "x-amzn-RequestId": result.requestId,
    ...(status === 200 && { "X-Amz-Executed-Version": "$LATEST" }),
    ...(result.functionError && { "X-Amz-Function-Error": result.functionError }),
  })
  response.end(result.payload)
}
