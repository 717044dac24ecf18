import type { AddressInfo } from "node:net"
import { serve } from "@hono/node-server"
import { createSluice, defineJob, drain, type Logger, type Sluice } from "@sluice/core"
import { type AppOptions, createApp } from "@sluice/http"
import * as v from "valibot"
import { afterAll } from "vitest"
import { createDatabase } from "../support/database.ts"

const greet = defineJob({
  name: "greet",
  input: v.object({ to: v.string() }),
  perform: ({ to }) => ({ greeting: `Hello ${to}` }),
})
const anything = defineJob({ name: "anything", perform() {} })
const pair = defineJob({
  name: "pair",
  input: v.object({ left: v.number(), right: v.record(v.string(), v.string()) }),
  perform() {},
})
const fail = defineJob({
  name: "fail",
  perform() {
    throw new TypeError("This job always fails")
  },
})

interface RequestOptions {
  body?: unknown
  /** null sends none. Default the API's. */
  key?: string | null
  /** null leaves a header out that would be sent else. */
  headers?: Record<string, string | null>
}

interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it, the test says
  body: any
}

type ApiOptions = { sluice: Sluice } & Partial<Omit<AppOptions, "log" | "sluice">>

/** Serves the API on a free port of loopback. */
export async function openApi(options: ApiOptions) {
  const logged: string[] = []
  const app = createApp({ apiKey: "test-key", log: logInto(logged), ...options })
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" })
  await new Promise((resolve) => server.once("listening", resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const key = String(options.apiKey ?? "test-key").split(",")[0] as string

  async function request(
    method: string,
    path: string,
    { body, key: sent = key, headers = {} }: RequestOptions = {},
  ): Promise<Answer> {
    const all = {
      "content-type": "application/json",
      ...(sent !== null && { authorization: `Bearer ${sent}` }),
      ...headers,
    }
    const answer = await fetch(url + path, {
      method,
      headers: Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
      ...(body !== undefined && {
        body: Buffer.from(body instanceof Buffer || typeof body === "string" ? body : JSON.stringify(body)),
      }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === "" ? undefined : isJson(answer.headers) ? JSON.parse(text) : text,
    }
  }

  return {
    app,
    url,
    key,
    logged,
    sluice: options.sluice,
    request,
    get: (path: string) => request("GET", path),
    post: (path: string, body?: unknown, more: RequestOptions = {}) =>
      request("POST", path, { body, ...more }),
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        if ("closeAllConnections" in server) server.closeAllConnections()
      }),
  }
}

/** The API over a database of this file's own, until the file's last test. Called at the top of the file. */
export async function useApi(options: Partial<Omit<ApiOptions, "sluice">> = {}) {
  const { pool, rows, connect, url: databaseUrl } = await createDatabase()
  const sluice = createSluice({ database: pool, jobs: [greet, anything, pair, fail] })
  const api = await openApi({ sluice, ...options })
  afterAll(api.close)
  return { ...api, databaseUrl, rows, connect, drain: () => drain(sluice, { connect }) }
}

function isJson(headers: Headers): boolean {
  return /json/.test(headers.get("content-type") ?? "")
}

function logInto(logged: string[]): Logger {
  const write = (message: string, details?: Record<string, unknown>) =>
    void logged.push(`${message} ${JSON.stringify(details)} ${details?.error}`)
  return { debug: write, info: write, warn: write, error: write }
}
