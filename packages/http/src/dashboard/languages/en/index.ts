import { jobs } from "./jobs.ts"
import { errors } from "./errors.ts"
import { names } from "./names.ts"
import { health } from "./health.ts"
import { navigation } from "./navigation.ts"
import { overview } from "./overview.ts"
import { shell } from "./shell.ts"
import { states } from "./states.ts"

/** The texts of the dashboard: a file for each area. The other languages have the same keys. */
export const english = {
  jobs,
  errors,
  names,
  health,
  navigation,
  overview,
  shell,
  states,
}

export type Messages = typeof english
