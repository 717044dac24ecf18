import { LIST_KEYS, LIST_RATES, oneOrSome, text } from "@sluice/core/fields"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

const { order, limit, after } = LIST_KEYS.fields

// One key is asked for in the query: it may be any text, and end as the path of another route does.
export const listKeys = operation({
  method: "GET",
  path: "/v1/keys",
  role: "reader",
  query: { order, key: oneOrSome(text()), limit, after },
})

export const listRates = operation({
  method: "GET",
  path: "/v1/rates",
  role: "reader",
  query: LIST_RATES.fields,
})

/** As core's. */
const USUAL_PAGE = 50

/** Lists what limits the jobs that share a concurrency key or a rate. */
export function keyRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listKeys, async ({ query: { key, ...options }, context }) => {
      const asked = { ...options, ...(key !== undefined && { keys: [key].flat() }) }
      const keys = await sluice.listKeys(asked)
      const isPaged = key === undefined && asked.order !== "waiting"
      return context.json({ keys, ...(isPaged && nextOf(keys, asked.limit)) })
    }),
    route(listRates, async ({ query, context }) => {
      const rates = await sluice.listRates(query)
      return context.json({ rates, ...nextOf(rates, query.limit) })
    }),
  ]
}

/** Where the list continues, if this page is full. */
function nextOf(page: readonly { readonly key: string }[], limit = USUAL_PAGE): { next?: string } {
  const last = page.at(-1)
  return last && page.length === limit ? { next: last.key } : {}
}
