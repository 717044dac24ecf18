import type { HealthOptions, Sluice } from "@sluice/core"
import { PROMETHEUS_CONTENT_TYPE, prometheusMetrics } from "@sluice/core/prometheus"
import type { Hono, MiddlewareHandler } from "hono"
import { allowOnly } from "./allow-only.ts"

/** What executions came to, and whether the queue does what it is for. */
export function addMeasureRoutes(
  app: Hono,
  authorized: MiddlewareHandler,
  { sluice, health }: { sluice: Sluice; health: HealthOptions | undefined },
): void {
  app.get("/v1/throughput", async ({ req, json }) => json(await sluice.getThroughput(req.query())))
  app.all("/v1/throughput", allowOnly("GET, HEAD"))

  app.get("/v1/series", async ({ req, json }) => json(await sluice.listSeries(req.query())))
  app.all("/v1/series", allowOnly("GET, HEAD"))

  app.get("/v1/names", async ({ req, json }) => json({ names: await sluice.listNames(req.query()) }))
  app.all("/v1/names", allowOnly("GET, HEAD"))

  app.get("/v1/forecast", async ({ json }) => json(await sluice.getForecast()))
  app.all("/v1/forecast", allowOnly("GET, HEAD"))

  app.get("/v1/deployments", async ({ req, json }) =>
    json({ deployments: await sluice.listDeployments(req.query()) }),
  )
  app.all("/v1/deployments", allowOnly("GET, HEAD"))

  // for uptime checks, which look at the status
  app.get("/v1/health", async ({ json }) => {
    const found = await sluice.getHealth(health)
    return json(found, found.verdict === "failing" ? 503 : 200)
  })
  app.all("/v1/health", allowOnly("GET, HEAD"))

  app.use("/metrics", authorized)
  app.get("/metrics", async ({ body }) =>
    body(await prometheusMetrics(sluice, health), 200, { "content-type": PROMETHEUS_CONTENT_TYPE }),
  )
  app.all("/metrics", allowOnly("GET, HEAD"))
}
