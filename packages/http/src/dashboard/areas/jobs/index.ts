import type { Area } from "../../page.ts"
import { actedPage } from "./acted-page.tsx"
import { actAction, askAction, askPage } from "./ask-page.tsx"
import { editAction, editPage } from "./edit-page.tsx"
import { jobActions } from "./job-actions.ts"
import { jobPage } from "./job-page.tsx"
import { listPage } from "./list-page.tsx"
import { enqueueAction, newPage } from "./new-page.tsx"
import { severalAction, severalPage } from "./several-page.tsx"

export const jobsArea: Area = {
  key: "jobs",
  path: "/jobs",
  pages: [listPage, newPage, severalPage, askPage, actedPage, jobPage, editPage],
  actions: [askAction, actAction, enqueueAction, severalAction, editAction, ...jobActions],
}
