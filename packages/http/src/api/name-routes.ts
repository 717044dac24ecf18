import { LIST_DEFINITIONS, name, STEPPED, stepText } from "@sluice/core/fields"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listDefinitions = operation({
  method: "GET",
  path: "/v1/definitions",
  role: "reader",
  query: LIST_DEFINITIONS.fields,
})

const { since, until, queue } = STEPPED.fields

export const getName = operation({
  method: "GET",
  path: "/v1/names/:name{.+}",
  role: "reader",
  params: { name },
  query: { since, until, step: stepText, queue },
})

export const getFilterValues = operation({ method: "GET", path: "/v1/filter-values", role: "reader" })

/** The longest page of definitions. */
const PAGE_SIZE = 1_000

/** What is known of names of jobs. */
export function nameRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listDefinitions, async ({ query, context }) => {
      const definitions = await sluice.listDefinitions(query)
      const isFull = definitions.length === (query.limit ?? PAGE_SIZE)
      return context.json({ definitions, ...(isFull && { next: definitions.at(-1)?.name }) })
    }),
    // the range first: what is wrong with it is said before anything else is read
    route(getName, async ({ params: { name }, query, context }) => {
      const throughput = await sluice.getThroughput({ ...query, name })
      const [slowest, pauses, [definition]] = await Promise.all([
        sluice.listSlowest(name),
        sluice.listPauses(),
        sluice.listDefinitions({ name }),
      ])
      const pause = pauses.find(({ kind, target }) => kind === "name" && target === name)
      return context.json({
        name,
        paused: pause !== undefined,
        pausedUntil: pause?.until ?? null,
        definition: definition ?? null,
        slowest,
        throughput,
      })
    }),
    route(getFilterValues, async ({ context }) => context.json(await sluice.getFilterValues())),
  ]
}
