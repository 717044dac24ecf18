import type { Area } from "../../page.ts"
import { overviewPage } from "./overview-page.tsx"
import { showNowAction } from "./show-now.tsx"

export const overviewArea: Area = {
  key: "overview",
  path: "/",
  pages: [overviewPage],
  actions: [showNowAction],
}
