import type { Json } from "@sluice/core"
import { useEffect, useState } from "react"
import { type WatchedJob, type WatchOptions, watchJob } from "./watch-job.ts"

export interface WatchedByHook<Result> {
  /** The job as it was last seen; undefined until the first response. */
  readonly job: WatchedJob<Result> | undefined
  /** Why it is no longer watched: the token has expired, the job is unknown, or the API stays out of reach. */
  readonly error: Error | undefined
}

/**
 * Watches a job, and renders again after each of its changes, until it has finished or the component is gone. Nothing is
 * watched while `id` or `token` is undefined.
 *
 * @example
 * const { job, error } = useJob<Report>({ url, id, token })
 */
export function useJob<Result = Json>(
  options: Pick<WatchOptions, "url"> & {
    readonly id: string | undefined
    readonly token: string | undefined
  },
): WatchedByHook<Result> {
  const { url, id, token } = options
  const [watched, setWatched] = useState<WatchedByHook<Result>>(NOTHING)

  useEffect(() => {
    setWatched(NOTHING)
    if (id === undefined || token === undefined) return
    const controller = new AbortController()
    void follow({ url, id, token, signal: controller.signal })
    return () => controller.abort()

    async function follow(watch: WatchOptions) {
      try {
        for await (const job of watchJob<Result>(watch)) setWatched({ job, error: undefined })
      } catch (error) {
        if (!controller.signal.aborted) setWatched(({ job }) => ({ job, error: error as Error }))
      }
    }
  }, [url, id, token])

  return watched
}

const NOTHING = { job: undefined, error: undefined }
