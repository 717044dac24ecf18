import { english, type Messages } from "../en/index.ts"
import { errors } from "./errors.ts"
import { names } from "./names.ts"
import { health } from "./health.ts"
import { navigation } from "./navigation.ts"
import { overview } from "./overview.ts"
import { shell } from "./shell.ts"
import { states } from "./states.ts"

export const spanish: Messages = {
  ...english,
  errors,
  names,
  health,
  navigation,
  overview,
  shell,
  states,
}
