import type { JobState, Json } from "@sluice/core"
import { type Problem, SluiceApiError } from "./errors.ts"
import { backoffMs, pause } from "./send.ts"

/** What a token lets one see of a job: not its payload, and not its errors. */
export interface WatchedJob<Result = Json> {
  readonly id: string
  readonly name: string
  readonly state: JobState
  readonly attempts: number
  /** What the job has told last with `context.progress`: 0 to 100, and a text. */
  readonly progress: { readonly percent: number; readonly text: string | null } | null
  /** What `perform` returned. Null until it has succeeded. */
  readonly result: Result | null
  readonly isFinished: boolean
}

export interface WatchOptions {
  /** Where the API is served, without `/v1`. */
  readonly url: string
  readonly id: string
  /** From `createJobToken`. */
  readonly token: string
  readonly signal?: AbortSignal
  /** Default the global `fetch`. */
  readonly fetch?: typeof fetch
}

/** How often in a row it fails to connect before the error is thrown: about a minute. */
const MOST_FAILURES = 15
const AFTER_RESPONSE_MS = 100

/**
 * Yields the job as it is now and after each change, until it has finished. Reads server-sent events, and when a connection
 * ends or breaks, continues after the last event that it has seen.
 *
 * @throws SluiceApiError If the token is wrong or has expired (401), the job is unknown (404), or the API stays out of reach
 *
 * @example
 * for await (const job of watchJob({ url, id, token })) bar.value = job.progress?.percent ?? 0
 */
export async function* watchJob<Result = Json>(
  options: WatchOptions,
): AsyncGenerator<WatchedJob<Result>, void> {
  assertWatchOptions(options)
  let seen: string | undefined
  for (let failures = 0; ; ) {
    try {
      for await (const { id, data } of readEvents(options, seen)) {
        seen = id
        failures = 0
        const job: WatchedJob<Result> = JSON.parse(data)
        yield job
        if (job.isFinished) return
      }
      await pause(AFTER_RESPONSE_MS, options.signal)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (isFinal(error) || ++failures >= MOST_FAILURES) throw error
      await pause(backoffMs(failures), options.signal)
    }
  }
}

/** A wrong one would else be taken for an API that can't be reached, which is tried again. */
function assertWatchOptions(options: WatchOptions): void {
  const required = {
    url: "the address of the API",
    id: "the id of a job",
    token: "what createJobToken returned",
  }
  for (const [name, expected] of Object.entries(required)) {
    const value: unknown = options?.[name as keyof typeof required]
    if (typeof value !== "string") throw new TypeError(`${name} is ${value ?? "missing"}: give ${expected}`)
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof SluiceApiError && error.status >= 400 && error.status < 500 && error.status !== 429
}

interface ServerEvent {
  readonly id: string
  readonly data: string
}

async function* readEvents(options: WatchOptions, seen: string | undefined): AsyncGenerator<ServerEvent> {
  const { url, id, token, signal, fetch: send = fetch } = options
  const response = await send(`${url.replace(/\/+$/, "")}/v1/jobs/${encodeURIComponent(id)}/events`, {
    headers: {
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
      ...(seen !== undefined && { "last-event-id": seen }),
    },
    ...(signal && { signal }),
  })
  if (!response.ok || !response.body) throw await refusal(response)
  let rest = ""
  for await (const text of textOf(response.body)) {
    const blocks = (rest + text).split("\n\n")
    rest = blocks.pop() ?? ""
    for (const block of blocks) {
      const event = parseEvent(block)
      if (event) yield event
    }
  }
}

async function refusal(response: Response): Promise<SluiceApiError> {
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined
  const message = problem?.detail ?? `Watching the job returned ${response.status}`
  const code = problem?.code ?? "unexpected_response"
  return new SluiceApiError(message, { status: response.status, code, ...(problem && { problem }) })
}

/** By a reader: in Safari, streams can't be iterated. */
async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      yield decoder.decode(part.value, { stream: true })
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** The fields that the API sends; comments, and other events, are left out. */
function parseEvent(block: string): ServerEvent | undefined {
  const fields = new Map(
    block.split("\n").map((line) => {
      const [, name = "", value = ""] = /^([^:]*): ?(.*)$/.exec(line) ?? []
      return [name, value]
    }),
  )
  const [id, data] = [fields.get("id"), fields.get("data")]
  return id !== undefined && data !== undefined ? { id, data } : undefined
}
