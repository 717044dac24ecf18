import http from "node:http"
import https from "node:https"
import { syncBuiltinESMExports } from "node:module"
import { Duplex } from "node:stream"
import { never, perform, type Watch } from "./operation.ts"

type Request = typeof http.request

/** `fetch`, and the requests of `node:http` and `node:https`. An answer is the head of a response. */
export function watchHttp(current: () => Watch | undefined): () => void {
  const { fetch } = globalThis
  const plain = { request: http.request, get: http.get }
  const secure = { request: https.request, get: https.get }
  globalThis.fetch = (input, init) => {
    const watch = current()
    return watch ? perform(watch, labelOfFetch(input, init), () => fetch(input, init)) : fetch(input, init)
  }
  watchModule(http, plain.request, current, "http:")
  watchModule(https, secure.request, current, "https:")
  syncBuiltinESMExports()
  return () => {
    globalThis.fetch = fetch
    Object.assign(http, plain)
    Object.assign(https, secure)
    syncBuiltinESMExports()
  }
}

function watchModule(
  module: { request: Request; get: Request },
  original: Request,
  current: () => Watch | undefined,
  protocol: string,
): void {
  const request = ((...parameters: Parameters<Request>) => {
    const watch = current()
    return watch ? watchedRequest(watch, original, protocol, parameters) : original(...parameters)
  }) as Request
  const get = ((...parameters: Parameters<Request>) => {
    const sent = request(...parameters)
    sent.end()
    return sent
  }) as Request
  Object.assign(module, { request, get })
}

function watchedRequest(
  watch: Watch,
  original: Request,
  protocol: string,
  parameters: Parameters<Request>,
): http.ClientRequest {
  const operation = watch.begin(labelOfRequest(protocol, parameters))
  if (!operation) return unsentRequest()
  const request = original(...parameters)
  const emit = request.emit.bind(request)
  let answered: Promise<void> | undefined
  request.emit = (event: string, ...values: unknown[]) => {
    if (event === "response" || event === "error") answered ??= watch.end(operation)
    if (!answered || !ANSWERS.has(event)) return emit(event, ...values)
    answered.then(() => emit(event, ...values), never)
    return true
  }
  return request
}

const ANSWERS = new Set(["response", "error", "close", "timeout"])

/** Takes what is written to it, and never answers. */
function unsentRequest(): http.ClientRequest {
  const nowhere = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  return new http.ClientRequest({ createConnection: () => nowhere })
}

function labelOfFetch(
  input: string | URL | Request | unknown,
  init?: { method?: string | undefined },
): string {
  const { url = String(input), method = "GET" } = (typeof input === "object" ? input : {}) as Partial<{
    url: string
    method: string
  }>
  return `${init?.method ?? method} ${withoutQuery(url)}`
}

function labelOfRequest(protocol: string, parameters: readonly unknown[]): string {
  const [first, second] = parameters
  const url = typeof first === "string" || first instanceof URL ? String(first) : undefined
  const options = (
    url === undefined ? first : typeof second === "function" ? {} : (second ?? {})
  ) as http.RequestOptions
  const method = options.method ?? "GET"
  if (url !== undefined) return `${method} ${withoutQuery(url)}`
  const host = options.hostname ?? options.host ?? "localhost"
  return `${method} ${withoutQuery(`${protocol}//${host}${options.path ?? "/"}`)}`
}

/** It may contain secrets. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "")
}
