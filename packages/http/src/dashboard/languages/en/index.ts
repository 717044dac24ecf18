import { navigation } from "./navigation.ts"
import { overview } from "./overview.ts"

/** The texts of the dashboard: a file for each area. The other languages have the same keys. */
export const english = { navigation, overview }

export type Messages = typeof english
