// The local Lambda host, and what stands around functions on AWS: the bundler, the HTTP API, the schedule.
export { parseRate, startSchedule } from "./eventbridge/schedule.ts"
export { type HttpGateway, type HttpGatewayOptions, startHttpGateway } from "./gateway/http-gateway.ts"
export { createHost, type Host, type HostOptions } from "./host.ts"
export { HostError } from "./host-error.ts"
export { type Bundle, bundleFunctions, type FunctionSource } from "./lambda/bundle.ts"
export type { FunctionConfig } from "./lambda/function.ts"
export type { InvokeOptions, InvokeResult } from "./lambda/invocation.ts"
