import type { HealthOptions, ListSeriesOptions, SteppedOptions } from "@sluice/core"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const getThroughput = operation({
  method: "GET",
  path: "/v1/throughput",
  role: "reader",
  query: { since: "text", until: "text", step: "text", name: "text", queue: "text" },
})

export const listSeries = operation({
  method: "GET",
  path: "/v1/series",
  role: "reader",
  query: { since: "text", until: "text", step: "text", by: "text" },
})

export const listNames = operation({
  method: "GET",
  path: "/v1/names",
  role: "reader",
  query: { since: "text", until: "text", queue: "text" },
})

export const getForecast = operation({ method: "GET", path: "/v1/forecast", role: "reader" })

export const listDeployments = operation({
  method: "GET",
  path: "/v1/deployments",
  role: "reader",
  query: { since: "text", until: "text" },
})

export const getHealth = operation({ method: "GET", path: "/v1/health", role: "reader" })

export const metrics = operation({ method: "GET", path: "/metrics", role: "reader", ignoresOthers: true })

/** What executions came to, and whether the queue does what it is for. */
export function measureRoutes({ sluice }: RouteOptions, healthy: HealthOptions | undefined): Route[] {
  return [
    route(getThroughput, async ({ query, context }) =>
      context.json(await sluice.getThroughput(query as SteppedOptions)),
    ),
    route(listSeries, async ({ query, context }) =>
      context.json(await sluice.listSeries(query as ListSeriesOptions)),
    ),
    route(listNames, async ({ query, context }) => context.json({ names: await sluice.listNames(query) })),
    route(getForecast, async ({ context }) => context.json(await sluice.getForecast())),
    route(listDeployments, async ({ query, context }) =>
      context.json({ deployments: await sluice.listDeployments(query) }),
    ),
    // for uptime checks, which look at the status
    route(getHealth, async ({ context }) => {
      const found = await sluice.getHealth(healthy)
      return context.json(found, found.verdict === "failing" ? 503 : 200)
    }),
    route(metrics, async ({ context }) => {
      const { PROMETHEUS_CONTENT_TYPE, prometheusMetrics } = await import("@sluice/core/prometheus")
      const text = await prometheusMetrics(sluice, healthy)
      return context.body(text, 200, { "content-type": PROMETHEUS_CONTENT_TYPE })
    }),
  ]
}
