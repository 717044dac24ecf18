import type { Area } from "../../page.ts"
import { completePage, completeWait } from "./complete-page.tsx"
import { emitEvent, emitPage } from "./emit-page.tsx"
import { waitsPage } from "./waits-page.tsx"

export const waitsArea: Area = {
  key: "waits",
  path: "/waits",
  pages: [waitsPage, completePage, emitPage],
  actions: [completeWait, emitEvent],
}
