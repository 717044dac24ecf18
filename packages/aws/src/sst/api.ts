import type { ApiAttachment, SluiceArgs } from "./args.ts"
import { transformed } from "./transform.ts"

/** The functions behind the API. */
interface Served {
  readonly enqueue: sst.aws.Function | undefined
  readonly dashboard: sst.aws.Function | undefined
}

/** Routes requests to the functions: those of an API of its own, or some of an API that exists. */
export function serve(
  name: string,
  args: SluiceArgs,
  served: Served,
  options: $util.ComponentResourceOptions,
) {
  if (!served.enqueue && !served.dashboard) return undefined
  if (args.api) return attach(args.api, served)
  const api = createApi(name, args, options)
  addRoutes(api, served, { enqueue: ["$default"], path: "" })
  return { api, url: api.url }
}

/** Below which path of its API the dashboard is. */
export function dashboardPathOf({ api }: SluiceArgs): string {
  return `${api && "path" in api ? api.path : ""}/dashboard`
}

/** All paths of the HTTP API, for one that has other routes too. */
const ROUTES = ["ANY /v1/{proxy+}", "GET /health", "GET /openapi.json"]

function attach(api: sst.aws.ApiGatewayV2 | ApiAttachment, served: Served) {
  const { instance, path } = api instanceof sst.aws.ApiGatewayV2 ? { instance: api, path: "" } : api
  addRoutes(instance, served, { enqueue: path ? [`ANY ${path}/{proxy+}`] : ROUTES, path })
  const url = $util.output(instance.url).apply((url) => url.replace(/\/$/, "") + path)
  return { api: instance, url }
}

/** The routes of the dashboard are more specific than those around them. */
function addRoutes(
  api: sst.aws.ApiGatewayV2,
  { enqueue, dashboard }: Served,
  routes: { readonly enqueue: readonly string[]; readonly path: string },
) {
  if (enqueue) for (const route of routes.enqueue) api.route(route, enqueue.arn)
  if (!dashboard) return
  for (const below of ["", "/{proxy+}"]) api.route(`ANY ${routes.path}/dashboard${below}`, dashboard.arn)
}

function createApi(
  name: string,
  { domain, throttle = { rate: 100, burst: 200 }, transform }: SluiceArgs,
  options: $util.ComponentResourceOptions,
) {
  const defaultRouteSettings = { throttlingRateLimit: throttle.rate, throttlingBurstLimit: throttle.burst }
  const own: sst.aws.ApiGatewayV2Args = {
    cors: false,
    accessLog: { retention: "1 month" },
    transform: { stage: { defaultRouteSettings } },
    ...(domain && { domain }),
  }
  return new sst.aws.ApiGatewayV2(...transformed(transform?.api, `${name}Api`, own, options))
}
