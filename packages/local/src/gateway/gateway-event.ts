import { isUtf8 } from "node:buffer"
import { randomUUID } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { ACCOUNT_ID } from "../lambda/function.ts"

/** The response of a function behind the gateway. */
export interface GatewayResponse {
  readonly status: number
  readonly headers: Record<string, string | string[]>
  readonly body: Buffer
}

/** Converts a request to the event of API Gateway's HTTP APIs: payload format 2.0, route and stage `$default`. */
export function toGatewayEvent(request: IncomingMessage, body: Buffer): Record<string, unknown> {
  const [rawPath = "/", rawQueryString = ""] = split(request.url ?? "/", "?")
  // HTTP APIs decode the path and leave the query string encoded.
  const path = decode(rawPath)
  const { headers, cookies } = toHeaders(request)
  // A compressed body may have a text type too, but only UTF-8 can be sent as text.
  const isText = isTextBody(request) && isUtf8(body)
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(rawQueryString !== "" && { queryStringParameters: toQueryParameters(rawQueryString) }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: "local",
      domainName: headers.host ?? "localhost",
      domainPrefix: "local",
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: new Date().toUTCString(),
      timeEpoch: Date.now(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}

/** Converts the result of a function to an HTTP response; undefined when it is invalid. */
export function fromFunctionResult(payload: string): GatewayResponse | undefined {
  const result = JSON.parse(payload)
  if (result === null || typeof result !== "object" || result.statusCode === undefined) {
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(payload) }
  }
  const { statusCode, headers = {}, cookies = [], body = "", isBase64Encoded = false } = result
  const status = Number(statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599 || typeof body !== "string") return undefined
  return {
    status,
    headers: {
      ...withoutConnectionHeaders(headers),
      ...(cookies.length > 0 && { "set-cookie": cookies }),
    },
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  }
}

function toHeaders(request: IncomingMessage): { headers: Record<string, string>; cookies: string[] } {
  const { cookie = [], "transfer-encoding": _, connection: __, ...others } = request.headersDistinct
  const headers = Object.fromEntries(
    Object.entries(others).map(([name, values]) => [name, values?.join(",") ?? ""]),
  )
  const cookies = cookie.flatMap((line) => line.split(";")).map((each) => each.trim())
  // as API Gateway does, which speaks HTTPS
  headers["x-forwarded-proto"] = "http"
  return { headers, cookies: cookies.filter((each) => each !== "") }
}

function toQueryParameters(rawQueryString: string): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    parameters[name] = parameters[name] === undefined ? value : `${parameters[name]},${value}`
  }
  return parameters
}

/** API Gateway sends these types as text, and everything else as base64. */
function isTextBody({ headers }: IncomingMessage): boolean {
  return /^(text\/|application\/(\S+\+)?(json|xml|javascript))/i.test(headers["content-type"] ?? "")
}

function withoutConnectionHeaders(headers: Record<string, unknown>): Record<string, string> {
  const ignored = new Set(["connection", "keep-alive", "transfer-encoding", "content-length"])
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !ignored.has(name.toLowerCase()))
      .map(([name, value]) => [name, String(value)]),
  )
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function split(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator)
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)]
}
