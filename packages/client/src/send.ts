import { type Problem, SluiceApiError } from "./errors.ts"

export interface Target {
  readonly url: string
  readonly key: string | undefined
  readonly fetch: typeof fetch
  readonly retries: number
  readonly timeoutMs: number
}

export interface Sent {
  readonly method: string
  /** Below the API's URL: `/v1/jobs`. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Whether it may be sent again: it reads, or an idempotency key makes it store its jobs once. */
  readonly isRepeatable: boolean
  /** How long the API may take by intent, beyond the timeout. */
  readonly waitMs?: number
  readonly signal?: AbortSignal | undefined
}

/** The first pause before a request is sent again; each further one is twice as long. */
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000
/** The API is overloaded, or out of reach for its gateway: none of them has carried out the request for certain. */
const TEMPORARY = [429, 500, 502, 503, 504]

/** Sends a request, and again while the failure is temporary and that does no harm. Returns the response's JSON. */
export async function send(target: Target, sent: Sent): Promise<unknown> {
  assertKey(target.key)
  for (let attempt = 0; ; attempt++) {
    const error = await tryToSend(target, sent).catch(asFailure)
    if (!(error instanceof Failure)) return error
    sent.signal?.throwIfAborted()
    if (!sent.isRepeatable || !error.isTemporary || attempt >= target.retries) throw error.error
    await pause(error.retryAfterMs ?? backoffMs(attempt), sent.signal)
  }
}

/** Looked at with each request, not before: apps are built where their secrets are missing. */
function assertKey(key: string | undefined): void {
  if (key === undefined || /^[!-~]+$/.test(key)) return
  throw new TypeError(
    key === ""
      ? "key is empty: give an API key, such as that of the variable SLUICE_API_KEY, and see that it is set here"
      : "key has spaces, line breaks or other characters that no API key has: give it as it was printed",
  )
}

class Failure {
  readonly error: SluiceApiError
  readonly retryAfterMs: number | undefined

  constructor(error: SluiceApiError, retryAfterMs?: number) {
    this.error = error
    this.retryAfterMs = retryAfterMs
  }

  get isTemporary(): boolean {
    return this.error.status === 0 || TEMPORARY.includes(this.error.status)
  }
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  throw error
}

async function tryToSend(target: Target, { method, path, body, headers, waitMs = 0, signal }: Sent) {
  const timeout = AbortSignal.timeout(target.timeoutMs + waitMs)
  const response = await target
    .fetch(target.url + path, {
      method,
      headers: {
        accept: "application/json",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(target.key !== undefined && { authorization: `Bearer ${target.key}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    .then(async (response) => ({ response, text: await response.text() }))
    .catch((cause) => {
      const message = `${method} ${target.url}${path} got no response: ${cause?.message}`
      throw new Failure(new SluiceApiError(message, { status: 0, code: "unreachable", cause }))
    })
  return read(response, method, path)
}

function read({ response, text }: { response: Response; text: string }, method: string, path: string) {
  const { status } = response
  const json = parse(text)
  if (response.ok && json !== undefined) return json
  if (response.ok && text === "") return undefined
  const problem = !response.ok && isProblem(json) ? json : undefined
  const message =
    problem?.detail ?? `${method} ${path} returned ${status} without Sluice's JSON: is the url the API's?`
  const code = problem?.code ?? "unexpected_response"
  const error = new SluiceApiError(message, { status, code, ...(problem && { problem }) })
  throw new Failure(error, retryAfterMs(response.headers.get("retry-after")))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isProblem(json: unknown): json is Problem {
  return typeof json === "object" && json !== null && "code" in json && "detail" in json
}

/** The header in seconds; the API sends no dates. */
function retryAfterMs(header: string | null): number | undefined {
  const seconds = Number(header ?? Number.NaN)
  return seconds >= 0 ? Math.min(seconds * 1_000, 60_000) : undefined
}

/** Doubles with each attempt, less up to half of it by chance, so that clients don't come back all at once. */
export function backoffMs(attempt: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * (1 - Math.random() / 2)
}

/** Rejects with the signal's reason as soon as it aborts. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener("abort", stop, { once: true })
  })
}
