import type { HealthOptions, Logger, Sluice } from "@sluice/core"
import { assertKnownKeys, assertSluice, truncate } from "@sluice/core/checks"
import type { Hono } from "hono"
import { HonoBase } from "hono/hono-base"
import { TrieRouter } from "hono/router/trie-router"
import type { Keys } from "../messages/missing-key.ts"
import { problemResponse } from "../messages/problem.ts"
import { toProblem } from "../messages/to-problem.ts"
import { createJobTokens } from "../watch/job-token.ts"
import { acceptJobTokens } from "../watch/watch-routes.ts"
import { actingSluice } from "./acting-sluice.ts"
import { authorize } from "./authorize.ts"
import { authorizeDeep } from "./authorize-deep.ts"
import { correlateRequests } from "./correlation.ts"
import { enqueueRoutes } from "./enqueue-routes.ts"
import { serve, serveMethods } from "./operation.ts"
import { createRateLimiter, type RequestRate } from "./rate-limit.ts"
import { rawPath } from "./raw-path.ts"
import type { RouteOptions } from "./route-options.ts"

export interface AppOptions {
  readonly sluice: Sluice
  /**
   * What callers send as `Authorization: Bearer <key>`, to do everything. Several keys, as a list or comma-separated, allow rotation.
   * Keys that `sluice.createApiKey` has made are accepted, too, each for what its role allows. Without a key here, as where an app
   * is built, the API refuses every other request that needs one: 500, code `not_configured`.
   */
  readonly apiKey: Keys
  /** Maximum number of jobs in one batch. Default 10,000. */
  readonly maxBatchJobs?: number
  /**
   * Maximum size of a request body. Default 2 MiB: parsed JSON may take fifty times its length, which fits in a function
   * of 256 MB.
   */
  readonly maxBodyBytes?: number
  /**
   * Whether the host sends a response while it is being written, as a Node server does. Then a browser that watches a job keeps its
   * connection; else it connects again after each change. Default false: API Gateway doesn't.
   */
  readonly streaming?: boolean
  /**
   * How many requests each key may send to this instance. More of them are answered 429, code `rate_limited`. Default: any
   * number.
   */
  readonly rateLimit?: RequestRate
  /** What `GET /v1/health` and the metrics call healthy. See `getHealth`. */
  readonly health?: HealthOptions
  /** Receives a line for each enqueue and each failure on the server's side. Default `console`. */
  readonly log?: Logger
}

const OPTION_KEYS = Object.keys({
  sluice: true,
  apiKey: true,
  maxBatchJobs: true,
  maxBodyBytes: true,
  streaming: true,
  rateLimit: true,
  health: true,
  log: true,
} satisfies Record<keyof AppOptions, true>)

/**
 * The enqueue and management API. Everything that queries the database requires the key; `openApiDocument` describes
 * every response.
 */
export function createApp(options: AppOptions): Hono {
  assertKnownKeys(options, OPTION_KEYS, ["createApp"])
  assertSluice(options.sluice, ["createApp", "sluice"])
  const {
    sluice,
    maxBatchJobs = 10_000,
    maxBodyBytes = 2 * 1024 * 1024,
    streaming = false,
    log = console,
  } = options
  const authorized = authorize(options.apiKey, sluice, createRateLimiter(options.rateLimit))
  const acting = actingSluice(sluice)
  const isValidKey = async (id: string) => (await sluice.getPrincipal(id)) !== undefined
  const tokens = createJobTokens(options.apiKey, isValidKey)
  const routeOptions: RouteOptions = { sluice: acting, tokens, maxBatchJobs, maxBodyBytes, log }
  const app = newApp(log)

  app.use(async (context, next) => {
    await next()
    context.header("x-content-type-options", "nosniff")
    context.header("cache-control", "no-store")
  })
  app.use(correlateRequests())
  const watchOptions = { sluice, tokens, streaming }
  acceptJobTokens(app, watchOptions)
  app.use("/v1/*", authorized)
  app.use("/metrics", authorized)
  app.use("/health", authorizeDeep(authorized))

  serveMethods(app, enqueueRoutes(routeOptions), maxBodyBytes)
  let others: Promise<Hono> | undefined
  app.all("*", async (context) => {
    others ??= import("./all-routes.ts").then(({ allRoutes }) => {
      const all = newApp(log)
      serve(all, allRoutes(routeOptions, { ...watchOptions, sluice: acting }, options.health), maxBodyBytes)
      return all
    })
    const answer = await (await others).fetch(context.req.raw, context.env)
    return context.newResponse(answer.body, answer) // with the headers that the context has so far
  })
  return app
}

function newApp(log: Logger): Hono {
  // alone, it is smaller than the choice of routers that `new Hono()` brings
  const app: Hono = new HonoBase({ getPath: rawPath, router: new TrieRouter() })
  app.notFound(({ req }) =>
    problemResponse({
      status: 404,
      code: "route_not_found",
      detail: `There is no route ${truncate(req.path)}: GET /openapi.json lists those there are`,
    }),
  )
  app.onError((error, { req }) =>
    problemResponse(toProblem(error, { method: req.method, path: req.path }, log)),
  )
  return app
}
