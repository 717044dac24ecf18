import type { HealthOptions } from "@sluice/core"
import { LIST_SERIES, MEASURED, STEPPED, stepText } from "@sluice/core/fields"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

const { since, until, queue } = MEASURED.fields

export const getThroughput = operation({
  method: "GET",
  path: "/v1/throughput",
  role: "reader",
  query: { ...STEPPED.fields, step: stepText },
})

export const listSeries = operation({
  method: "GET",
  path: "/v1/series",
  role: "reader",
  query: { ...LIST_SERIES.fields, step: stepText },
})

export const listNames = operation({
  method: "GET",
  path: "/v1/names",
  role: "reader",
  query: { since, until, queue },
})

export const getForecast = operation({ method: "GET", path: "/v1/forecast", role: "reader" })

export const listDeployments = operation({
  method: "GET",
  path: "/v1/deployments",
  role: "reader",
  query: { since, until },
})

export const getHealth = operation({ method: "GET", path: "/v1/health", role: "reader" })

export const metrics = operation({ method: "GET", path: "/metrics", role: "reader", ignoresOthers: true })

/** What executions came to, and whether the queue does what it is for. */
export function measureRoutes({ sluice }: RouteOptions, healthy: HealthOptions | undefined): Route[] {
  return [
    route(getThroughput, async ({ query, context }) => context.json(await sluice.getThroughput(query))),
    route(listSeries, async ({ query, context }) => context.json(await sluice.listSeries(query))),
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
