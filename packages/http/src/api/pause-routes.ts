import type { PauseOptions, WaitingLimits } from "@sluice/core"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listPauses = operation({ method: "GET", path: "/v1/pauses", role: "reader" })
export const listLimits = operation({ method: "GET", path: "/v1/limits", role: "reader" })

export const pauseQueue = pausing("/v1/queues/:name{.+}/pause")
export const resumeQueue = resuming("/v1/queues/:name{.+}/resume")
export const limitQueue = limiting("/v1/queues/:name{.+}/limits")
export const pauseName = pausing("/v1/names/:name{.+}/pause")
export const resumeName = resuming("/v1/names/:name{.+}/resume")
export const pauseKey = pausing("/v1/keys/:name{.+}/pause")
export const resumeKey = resuming("/v1/keys/:name{.+}/resume")
export const limitKey = limiting("/v1/keys/:name{.+}/limits")

function pausing<const Path extends `${string}:name{.+}/pause`>(path: Path) {
  return operation({
    method: "POST",
    path,
    role: "operator",
    body: { keys: ["until", "for"], isOptional: true },
  })
}

function resuming<const Path extends `${string}:name{.+}/resume`>(path: Path) {
  return operation({ method: "POST", path, role: "operator" })
}

function limiting<const Path extends `${string}:name{.+}/limits`>(path: Path) {
  return operation({ method: "PUT", path, role: "operator", body: { keys: ["waiting"] } })
}

/** Routes that pause, resume and limit queues, job names and concurrency keys. */
export function pauseRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listPauses, async ({ context }) => context.json({ pauses: await sluice.listPauses() })),
    route(listLimits, async ({ context }) => context.json({ limits: await sluice.listLimits() })),
    routeOfPause(pauseQueue, sluice.pauseQueue),
    routeOfResume(resumeQueue, sluice.resumeQueue),
    routeOfLimit(limitQueue, sluice.limitQueue),
    routeOfPause(pauseName, sluice.pauseName),
    routeOfResume(resumeName, sluice.resumeName),
    routeOfPause(pauseKey, sluice.pauseKey),
    routeOfResume(resumeKey, sluice.resumeKey),
    routeOfLimit(limitKey, sluice.limitKey),
  ]
}

function routeOfPause(
  declared: ReturnType<typeof pausing>,
  pause: (target: string, options: PauseOptions) => Promise<void>,
): Route {
  return route(declared, async ({ params: { name }, body, context }) => {
    await pause(name, body as PauseOptions)
    return context.json({ name, paused: true })
  })
}

function routeOfResume(
  declared: ReturnType<typeof resuming>,
  resume: (target: string) => Promise<void>,
): Route {
  return route(declared, async ({ params: { name }, context }) => {
    await resume(name)
    return context.json({ name, paused: false })
  })
}

function routeOfLimit(
  declared: ReturnType<typeof limiting>,
  limit: (target: string, limits: WaitingLimits) => Promise<void>,
): Route {
  return route(declared, async ({ params: { name }, body, context }) => {
    const limits = body as WaitingLimits
    await limit(name, limits)
    return context.json({ name, waiting: limits.waiting ?? null })
  })
}
