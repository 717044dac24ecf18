import type {
  AnyJobDefinition,
  EnqueueOptions,
  EnqueueResult,
  InputOf,
  JobSnapshot,
  Json,
  JsonOf,
  ResultOf,
} from "@sluice/core"
import { SluiceApiError } from "./errors.ts"
import { type Sent, send, type Target } from "./send.ts"

export interface ClientOptions {
  /** Where the API is served, without `/v1`: `https://queue.example.com`. */
  readonly url: string
  /** An API key. It must not reach a browser: there, use `watchJob` with a token. */
  readonly key?: string
  /** How often a request is sent again at most, while the failure is temporary. Default 4. */
  readonly retries?: number
  /** How long one attempt of a request may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number
  /** Default the global `fetch`. */
  readonly fetch?: typeof fetch
}

export interface RequestOptions {
  /** Ends the request and its retries. */
  readonly signal?: AbortSignal
  /**
   * For 24 hours a request with the same key and content stores nothing and gets the first response again. Default a random one for
   * each call, so that its own retries store a job once.
   */
  readonly idempotencyKey?: string
}

export interface EnqueueRequestOptions extends RequestOptions {
  /**
   * Asks for a token with which a browser may watch the job: for how long it is valid, in seconds or as `"1h"`, at most 7 days. A key
   * that only enqueues may ask for it, too.
   */
  readonly tokenExpiresIn?: number | string
}

export interface EnqueuedJob extends EnqueueResult {
  /** If it was asked for, and the job wasn't there already. */
  readonly token?: string
  readonly tokenExpiresAt?: string
}

/** What `options` of a job may say over HTTP. */
type JobOptions = JsonOf<Omit<EnqueueOptions, "transaction" | "request" | "runAt" | "expiresAt">> & {
  /** An ISO 8601 text or a Date. */
  readonly runAt?: string | Date
  readonly expiresAt?: string | Date
}

/** As JSON has it: dates are text. */
type AsJson<Value> = Value extends Date
  ? string
  : Value extends Json
    ? Value
    : { readonly [Key in keyof Value]: AsJson<Value[Key]> }

/** The definition of this name among those that the client was made for; without any, nothing is known. */
type Named<Job, Name> = Job extends AnyJobDefinition ? (Name extends Job["name"] ? Job : never) : never

export interface NewJob<Job extends AnyJobDefinition, Name extends Job["name"] = Job["name"]> {
  readonly name: Name
  readonly payload?: InputOf<Named<Job, Name>>
  readonly options?: JobOptions
}

/** `Job`: the types of the definitions, imported as types, so that no code of a job is bundled. */
// biome-ignore lint/suspicious/noExplicitAny: of any, nothing is known
export interface Client<Job extends AnyJobDefinition = any> {
  /**
   * Stores one job.
   *
   * @throws SluiceApiError
   */
  enqueue<Name extends Job["name"]>(
    name: Name,
    payload: InputOf<Named<Job, Name>>,
    options?: JobOptions,
    request?: EnqueueRequestOptions,
  ): Promise<EnqueuedJob>
  /** Stores up to 10,000 jobs, all or none. The results are in the order of the jobs. */
  enqueueMany(jobs: readonly NewJob<Job>[], request?: RequestOptions): Promise<readonly EnqueueResult[]>
  /** Returns the job, or undefined if the id is unknown or its history was dropped. */
  getJob(id: string, request?: Pick<RequestOptions, "signal">): Promise<AsJson<JobSnapshot> | undefined>
  /**
   * Waits for the job to finish, and returns what `perform` returned.
   *
   * @throws SluiceApiError `job_failed` if it was discarded or canceled, `wait_timeout` if it hasn't finished in time
   */
  result<Name extends Job["name"]>(
    name: Name,
    id: string,
    options?: {
      /** In milliseconds. Default 60,000. */
      readonly timeoutMs?: number
      readonly signal?: AbortSignal
    },
  ): Promise<ResultOf<Named<Job, Name>>>
  /** Makes a token with which a browser may watch one job, and do nothing else. */
  createJobToken(
    id: string,
    options?: {
      /** How long it is valid: seconds, or text such as `"1h"`. Default an hour, at most 7 days. */
      readonly expiresIn?: number | string
    },
  ): Promise<{ readonly token: string; readonly expiresAt: string }>
  /** Sends any other request of the API: `client.request("POST", "/v1/queues/mail/pause", { until })`. */
  request(method: string, path: string, body?: unknown, request?: RequestOptions): Promise<unknown>
}

/** The API gives up waiting after 25 seconds, as gateways do after 30. */
const LONGEST_WAIT_MS = 20_000

/**
 * Makes a client of the HTTP API. It sends requests again while their failure is temporary (no response, 429, 500, 502, 503, 504), after
 * pauses that double from 200 ms to 5 s or as `Retry-After` says; those that store jobs carry an idempotency key.
 *
 * @example
 * import type { welcome } from "./jobs.ts"
 *
 * const client = createClient<typeof welcome>({ url: "https://queue.example.com", key })
 * const { id } = await client.enqueue("welcome", { to: "ada@example.org" })
 */
// biome-ignore lint/suspicious/noExplicitAny: of any, nothing is known
export function createClient<Job extends AnyJobDefinition = any>(options: ClientOptions): Client<Job> {
  const target = targetOf(options)
  const client: Client<Job> = {
    enqueue: (name, payload, jobOptions, request) =>
      store(
        "/v1/jobs",
        { name, payload, options: jobOptions, tokenExpiresIn: request?.tokenExpiresIn },
        request,
      ),
    async enqueueMany(jobs, request) {
      const stored = (await store("/v1/jobs/batch", { jobs }, request)) as { jobs: EnqueueResult[] }
      return stored.jobs
    },
    getJob: (id, request) => get(`/v1/jobs/${encodeURIComponent(id)}`, 0, request?.signal),
    async result(name, id, options) {
      const { timeoutMs = 60_000, signal } = options ?? {}
      const job = await finished(name, id, timeoutMs, signal)
      if (job.state === "succeeded") return job.result
      const error = job.errors.at(-1)
      const why = error ? `: ${error.class}: ${error.message}` : ""
      throw new SluiceApiError(`Job ${id} (${name}) was ${job.state}${why}`, {
        status: 200,
        code: "job_failed",
      })
    },
    createJobToken: (id, body = {}) =>
      call({ method: "POST", path: `/v1/jobs/${encodeURIComponent(id)}/token`, body, isRepeatable: true }),
    request: (method, path, body, request) =>
      call({
        method,
        path,
        body,
        ...headersOf(request?.idempotencyKey),
        signal: request?.signal,
        isRepeatable: method === "GET" || request?.idempotencyKey !== undefined,
      }),
  }
  return client

  // biome-ignore lint/suspicious/noExplicitAny: what the API returns, its document describes
  function call(sent: Sent): Promise<any> {
    return send(target, sent)
  }

  function store(path: string, body: unknown, request: RequestOptions | undefined) {
    const { idempotencyKey = crypto.randomUUID(), signal } = request ?? {}
    return call({ method: "POST", path, body, ...headersOf(idempotencyKey), isRepeatable: true, signal })
  }

  async function get(path: string, waitMs: number, signal: AbortSignal | undefined) {
    try {
      return await call({ method: "GET", path, isRepeatable: true, waitMs, signal })
    } catch (error) {
      if (error instanceof SluiceApiError && error.code === "job_not_found") return undefined
      throw error
    }
  }

  async function finished(name: string, id: string, timeoutMs: number, signal: AbortSignal | undefined) {
    const giveUpAtMs = Date.now() + timeoutMs
    while (true) {
      const waitMs = Math.max(0, Math.min(LONGEST_WAIT_MS, giveUpAtMs - Date.now()))
      const job = await get(`/v1/jobs/${encodeURIComponent(id)}?wait=${waitMs / 1_000}`, waitMs, signal)
      if (job === undefined || job.name !== name)
        throw new SluiceApiError(`There is no job ${id} of the name '${name}'`, {
          status: 404,
          code: "job_not_found",
        })
      if (job.finishedAt !== null) return job
      if (Date.now() >= giveUpAtMs)
        throw new SluiceApiError(
          `Job ${id} (${name}) has not finished within ${timeoutMs} ms; it is ${job.state}`,
          {
            status: 200,
            code: "wait_timeout",
          },
        )
    }
  }
}

function headersOf(idempotencyKey: string | undefined): Pick<Sent, "headers"> {
  return idempotencyKey === undefined ? {} : { headers: { "idempotency-key": `"${idempotencyKey}"` } }
}

function targetOf(options: ClientOptions): Target {
  const { url, key, retries = 4, timeoutMs = 10_000, fetch: given } = options ?? {}
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new TypeError(
      `url is ${JSON.stringify(url) ?? "missing"}: give the address of the API, such as "https://queue.example.com"`,
    )
  return {
    url: url.replace(/\/+$/, "").replace(/\/v1$/, ""),
    key,
    retries,
    timeoutMs,
    fetch: given ?? ((...parameters) => fetch(...parameters)),
  }
}
