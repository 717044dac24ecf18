// A client of the HTTP API, which needs nothing but `fetch`: on Node, Deno, Bun, edge runtimes and in browsers.
export {
  type Client,
  type ClientOptions,
  createClient,
  type EnqueuedJob,
  type EnqueueRequestOptions,
  type RequestOptions,
} from "./client.ts"
export { type Problem, SluiceApiError } from "./errors.ts"
export { type WatchedJob, type WatchOptions, watchJob } from "./watch-job.ts"
