import type { Area } from "../../page.ts"
import { namePage } from "./name-page.tsx"
import { namesPage } from "./names-page.tsx"
import { pauseAction, resumeAction } from "./pause.ts"

export const namesArea: Area = {
  key: "names",
  path: "/names",
  pages: [namesPage, namePage],
  actions: [pauseAction, resumeAction],
}
