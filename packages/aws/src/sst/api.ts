import type { ApiAttachment, SluiceArgs } from "./args.ts"
import { transformed } from "./transform.ts"

/** Routes requests to the function: those of an API of its own, or some of an API that exists. */
export function serve(
  name: string,
  args: SluiceArgs,
  enqueue: sst.aws.Function,
  options: $util.ComponentResourceOptions,
) {
  if (args.api) return attach(args.api, enqueue)
  const api = createApi(name, args, options)
  api.route("$default", enqueue.arn)
  return { api, url: api.url }
}

/** All paths of the HTTP API, for one that has other routes too. */
const ROUTES = ["ANY /v1/{proxy+}", "GET /health", "GET /openapi.json"]

function attach(api: sst.aws.ApiGatewayV2 | ApiAttachment, enqueue: sst.aws.Function) {
  const { instance, path } = api instanceof sst.aws.ApiGatewayV2 ? { instance: api, path: "" } : api
  for (const route of path ? [`ANY ${path}/{proxy+}`] : ROUTES) instance.route(route, enqueue.arn)
  const url = $util.output(instance.url).apply((url) => url.replace(/\/$/, "") + path)
  return { api: instance, url }
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
