import type { PauseOptions, WaitingLimits } from "@sluice/core"
import type { Hono } from "hono"
import { readJson, readOptionalJson } from "../messages/body.ts"
import { allowOnly } from "./allow-only.ts"
import { parseObject } from "./job-request.ts"
import type { JobRoutesOptions } from "./job-routes.ts"

/** Routes that pause, resume and limit queues, job names and concurrency keys. */
export function addPauseRoutes(app: Hono, { sluice, maxBodyBytes }: JobRoutesOptions): void {
  app.get("/v1/pauses", async (context) => context.json({ pauses: await sluice.listPauses() }))
  app.all("/v1/pauses", allowOnly("GET, HEAD"))
  app.get("/v1/limits", async (context) => context.json({ limits: await sluice.listLimits() }))
  app.all("/v1/limits", allowOnly("GET, HEAD"))

  addPair("queues", sluice.pauseQueue, sluice.resumeQueue)
  addPair("names", sluice.pauseName, sluice.resumeName)
  addPair("keys", sluice.pauseKey, sluice.resumeKey)
  addLimits("queues", sluice.limitQueue)
  addLimits("keys", sluice.limitKey)

  // `.+` because some gateways pass a slash in a name as %2F and others decode it. The path is not normalized: the name
  // `a/../b` is not `b` (see raw-path.ts).
  function addPair(
    kind: string,
    pause: (target: string, options: PauseOptions) => Promise<void>,
    resume: (target: string) => Promise<void>,
  ): void {
    app.post(`/v1/${kind}/:name{.+}/pause`, async (context) => {
      const name = context.req.param("name") as string
      const body = await readOptionalJson(context.req.raw, maxBodyBytes)
      await pause(name, parseObject([], body ?? {}, ["until", "for"]))
      return context.json({ name, paused: true })
    })
    app.post(`/v1/${kind}/:name{.+}/resume`, async (context) => {
      const name = context.req.param("name") as string
      await resume(name)
      return context.json({ name, paused: false })
    })
    app.all(`/v1/${kind}/:name{.+}/pause`, allowOnly("POST"))
    app.all(`/v1/${kind}/:name{.+}/resume`, allowOnly("POST"))
  }

  function addLimits(kind: string, limit: (target: string, limits: WaitingLimits) => Promise<void>): void {
    app.put(`/v1/${kind}/:name{.+}/limits`, async (context) => {
      const name = context.req.param("name") as string
      const limits: WaitingLimits = parseObject([], await readJson(context.req.raw, maxBodyBytes), [
        "waiting",
      ])
      await limit(name, limits)
      return context.json({ name, waiting: limits.waiting ?? null })
    })
    app.all(`/v1/${kind}/:name{.+}/limits`, allowOnly("PUT"))
  }
}
