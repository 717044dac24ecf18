// biome-ignore lint/style/noRestrictedImports: most routes are loaded with the first request that needs one, so an app doesn't list them
import { allRoutes } from "../../packages/http/src/api/all-routes.ts"

const options = { sluice: {} } as never

/** Every operation of the API, as it is declared. */
export const operations = allRoutes(options, options, undefined).map(({ operation }) => operation)
