import type { PauseOptions, WaitingLimits } from "@sluice/core"
import { type Field, name, PAUSE, text, WAITING_LIMITS } from "@sluice/core/fields"
import { bodyOf } from "./body.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listPauses = operation({ method: "GET", path: "/v1/pauses", role: "reader" })
export const listLimits = operation({ method: "GET", path: "/v1/limits", role: "reader" })

const key = text()

export const pauseQueue = pausing("/v1/queues/:name{.+}/pause", name)
export const resumeQueue = resuming("/v1/queues/:name{.+}/resume", name)
export const limitQueue = limiting("/v1/queues/:name{.+}/limits", name)
export const pauseName = pausing("/v1/names/:name{.+}/pause", name)
export const resumeName = resuming("/v1/names/:name{.+}/resume", name)
export const pauseKey = pausing("/v1/keys/:name{.+}/pause", key)
export const resumeKey = resuming("/v1/keys/:name{.+}/resume", key)
export const limitKey = limiting("/v1/keys/:name{.+}/limits", key)

function pausing<const Path extends `${string}:name{.+}/pause`>(path: Path, target: Field<string>) {
  const body = bodyOf(PAUSE.fields, ...PAUSE.rules)
  const params = { name: target }
  return operation({ method: "POST", path, role: "operator", params, body, isBodyOptional: true } as const)
}

function resuming<const Path extends `${string}:name{.+}/resume`>(path: Path, target: Field<string>) {
  return operation({ method: "POST", path, role: "operator", params: { name: target } } as const)
}

function limiting<const Path extends `${string}:name{.+}/limits`>(path: Path, target: Field<string>) {
  const body = bodyOf(WAITING_LIMITS.fields)
  return operation({ method: "PUT", path, role: "operator", params: { name: target }, body } as const)
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
    await pause(name, body)
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
    await limit(name, body)
    return context.json({ name, waiting: body.waiting ?? null })
  })
}
