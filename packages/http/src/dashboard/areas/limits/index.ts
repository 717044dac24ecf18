import type { Area } from "../../page.ts"
import { limitKey, overrideLimit, overrideRate, pauseKey, resumeKey } from "./key-actions.ts"
import { keyPage } from "./key-page.tsx"
import { limitsPage } from "./limits-page.tsx"

export const limitsArea: Area = {
  key: "limits",
  path: "/limits",
  pages: [limitsPage, keyPage],
  actions: [pauseKey, resumeKey, limitKey, overrideLimit, overrideRate],
}
