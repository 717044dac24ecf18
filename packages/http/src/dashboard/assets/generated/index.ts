// Made by `npm run assets`.
import shellCss from "./shell-css.ts"
import chartJs from "./chart-js.ts"
import jobsJs from "./jobs-js.ts"
import shellJs from "./shell-js.ts"

export const styles: readonly string[] = [shellCss]
export const scripts: Readonly<Record<string, string>> = {
  "chart": chartJs,
  "jobs": jobsJs,
  "shell": shellJs,
}
