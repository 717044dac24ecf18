import { english, type Messages } from "../en/index.ts"
import { navigation } from "./navigation.ts"
import { overview } from "./overview.ts"
import { shell } from "./shell.ts"
import { states } from "./states.ts"

export const german: Messages = {
  ...english,
  navigation,
  overview,
  shell,
  states,
}
