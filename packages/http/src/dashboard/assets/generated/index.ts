// Made by `npm run assets`.
import shellCss from "./shell-css.ts"
import auditCss from "./audit-css.ts"
import batchesCss from "./batches-css.ts"
import errorsCss from "./errors-css.ts"
import healthCss from "./health-css.ts"
import jobsCss from "./jobs-css.ts"
import overviewCss from "./overview-css.ts"
import partsCss from "./parts-css.ts"
import schedulesCss from "./schedules-css.ts"
import chartJs from "./chart-js.ts"
import jobsJs from "./jobs-js.ts"
import shellJs from "./shell-js.ts"

export const styles: readonly string[] = [shellCss, auditCss, batchesCss, errorsCss, healthCss, jobsCss, overviewCss, partsCss, schedulesCss]
export const scripts: Readonly<Record<string, string>> = {
  "chart": chartJs,
  "jobs": jobsJs,
  "shell": shellJs,
}
