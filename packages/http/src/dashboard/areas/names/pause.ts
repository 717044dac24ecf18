import { pauseOf } from "../../components/pause-form.tsx"
import { fill } from "../../languages/text.ts"
import type { Action } from "../../page.ts"
import { nameHref } from "./name-href.ts"

export const PAUSE_PATH = "/names/pause"
export const RESUME_PATH = "/names/resume"

export const pauseAction: Action = {
  path: PAUSE_PATH,
  async act(view, form) {
    const name = form.get("target") ?? ""
    await view.sluice.pauseName(name, pauseOf(form))
    return { to: nameHref(view, name), notice: fill(view.text.pauses.didPause, { target: name }) }
  },
}

export const resumeAction: Action = {
  path: RESUME_PATH,
  async act(view, form) {
    const name = form.get("target") ?? ""
    await view.sluice.resumeName(name)
    return { to: nameHref(view, name), notice: fill(view.text.pauses.didResume, { target: name }) }
  },
}
