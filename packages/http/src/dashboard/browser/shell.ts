// What every page has: refreshing, keys, dialogs, copying, times that stay true. Pages work without it.
import htmx from "htmx.org"
import { enableCopying } from "./shell/copy.ts"
import { showCurrent } from "./shell/current.ts"
import { enableDialogs } from "./shell/dialogs.ts"
import { enableForms } from "./shell/forms.ts"
import { enableKeys } from "./shell/keys.ts"
import { enableRefreshing } from "./shell/refresh.ts"
import { enableSelection } from "./shell/selection.ts"
import { enableTimes } from "./shell/times.ts"

// what is open stays open when the page is refreshed; the policy of the page forbids styles that scripts write. A server in trouble
// takes nothing away that was shown, and is asked again
Object.assign(htmx.config, {
  includeIndicatorCSS: false,
  history: false,
  morphIgnore: ["data-htmx-powered", "open", "data-script"],
  morphScanLimit: 100,
  noSwap: [204, 304, 408, 429, "5xx"],
})

showCurrent()
enableTimes()
enableCopying()
enableDialogs()
enableForms()
enableSelection()
enableKeys()
enableRefreshing()
