// Made by `npm run assets`.
import shellCss from "./shell-css.ts"
import jobsCss from "./jobs-css.ts"
import chartJs from "./chart-js.ts"
import jobsJs from "./jobs-js.ts"
import shellJs from "./shell-js.ts"

export const styles: readonly string[] = [shellCss, jobsCss]
export const scripts: Readonly<Record<string, string>> = {
  "chart": chartJs,
  "jobs": jobsJs,
  "shell": shellJs,
}
