import { SAMPLE_QUEUES, textLike } from "@sluice/core/fields"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

/** Maximum number of queues in one response, which limits it to some hundred kilobytes. */
const PAGE_SIZE = 1_000

/** The name of a queue, or nothing. */
const after = textLike(/^[A-Za-z0-9._/:-]{0,128}$/, "the last `next`", "invalid_name")

export const listQueues = operation({
  method: "GET",
  path: "/v1/queues",
  role: "reader",
  query: { after },
})

export const sampleQueues = operation({
  method: "GET",
  path: "/v1/queues/sample",
  role: "reader",
  query: SAMPLE_QUEUES.fields,
})

export function queueRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listQueues, async ({ query: { after }, context }) => {
      const found = await sluice.listQueues({ ...(after && { after }), limit: PAGE_SIZE + 1 })
      const queues = found.slice(0, PAGE_SIZE)
      return context.json({ queues, ...(found.length > PAGE_SIZE && { next: queues.at(-1)?.name }) })
    }),
    route(sampleQueues, async ({ query, context }) =>
      context.json({ queues: await sluice.sampleQueues(query) }),
    ),
  ]
}
