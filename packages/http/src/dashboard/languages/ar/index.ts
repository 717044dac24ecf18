import { english, type Messages } from "../en/index.ts"
import { audit } from "./audit.ts"
import { navigation } from "./navigation.ts"
import { overview } from "./overview.ts"
import { shell } from "./shell.ts"
import { states } from "./states.ts"

export const arabic: Messages = {
  ...english,
  audit,
  navigation,
  overview,
  shell,
  states,
}
