import type { HealthOptions } from "@sluice/core"
import { type WatchRoutesOptions, watchRoutes } from "../watch/watch-routes.ts"
import { accessRoutes } from "./access-routes.ts"
import { batchRoutes } from "./batch-routes.ts"
import { drainerRoutes } from "./drainer-routes.ts"
import { enqueueRoutes } from "./enqueue-routes.ts"
import { errorRoutes } from "./error-routes.ts"
import { eventRoutes } from "./event-routes.ts"
import { jobRoutes } from "./job-routes.ts"
import { keyRoutes } from "./key-routes.ts"
import { manageRoutes } from "./manage-routes.ts"
import { measureRoutes } from "./measure-routes.ts"
import { nameRoutes } from "./name-routes.ts"
import type { Route } from "./operation.ts"
import { overrideRoutes } from "./override-routes.ts"
import { overviewRoutes } from "./overview-routes.ts"
import { pauseRoutes } from "./pause-routes.ts"
import { queueRoutes } from "./queue-routes.ts"
import type { RouteOptions } from "./route-options.ts"
import { scheduleRoutes } from "./schedule-routes.ts"
import { serviceRoutes } from "./service-routes.ts"
import { waitRoutes } from "./wait-routes.ts"
import { workflowRoutes } from "./workflow-routes.ts"

/** Every route. They are loaded with the first request that isn't an enqueue. */
export function allRoutes(
  options: RouteOptions,
  watchOptions: WatchRoutesOptions,
  healthy: HealthOptions | undefined,
): Route[] {
  return [
    ...enqueueRoutes(options),
    ...jobRoutes(options),
    ...manageRoutes(options),
    ...batchRoutes(options),
    ...workflowRoutes(options),
    ...queueRoutes(options),
    ...pauseRoutes(options),
    ...overrideRoutes(options),
    ...keyRoutes(options),
    ...nameRoutes(options),
    ...scheduleRoutes(options),
    ...waitRoutes(options),
    ...drainerRoutes(options),
    ...eventRoutes(options),
    ...accessRoutes(options),
    ...overviewRoutes(options),
    ...errorRoutes(options),
    ...watchRoutes(watchOptions),
    ...measureRoutes(options, healthy),
    ...serviceRoutes(options),
  ]
}
