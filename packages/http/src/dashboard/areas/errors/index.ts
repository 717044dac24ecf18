import type { Area } from "../../page.ts"
import { errorPage } from "./error-page.tsx"
import { errorsPage } from "./errors-page.tsx"
import { retryAction, retryPage } from "./retry.tsx"

export const errorsArea: Area = {
  key: "errors",
  path: "/errors",
  pages: [errorsPage, errorPage, retryPage],
  actions: [retryAction],
}
