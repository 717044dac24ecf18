import type { Duration } from "@sluice/core"
import { pauseOf } from "../../components/pause-form.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, View } from "../../page.ts"
import { attempt } from "../parts/attempt.ts"
import { limitIn } from "../parts/limit-in.ts"

// A key may be any text: the forms send it as `target`.

export const pauseKey: Action = {
  path: "/limits/key/pause",
  act: (view, form) =>
    attempt(pageOf(view, form), async () => {
      const key = keyIn(form)
      await view.sluice.pauseKey(key, pauseOf(form))
      return fill(view.text.pauses.didPause, { target: key })
    }),
}

export const resumeKey: Action = {
  path: "/limits/key/resume",
  act: (view, form) =>
    attempt(pageOf(view, form), async () => {
      const key = keyIn(form)
      await view.sluice.resumeKey(key)
      return fill(view.text.pauses.didResume, { target: key })
    }),
}

export const limitKey: Action = {
  path: "/limits/key/limit",
  act: async (view, form) => {
    const { sluice, text, format } = view
    const key = keyIn(form)
    const waiting = limitIn(form)
    if (waiting === undefined)
      return { to: pageOf(view, form), notice: text.limits.wrongLimit, isFailure: true }
    return attempt(pageOf(view, form), async () => {
      await sluice.limitKey(key, waiting === null ? {} : { waiting })
      if (waiting === null) return fill(text.limits.didUnlimit, { key })
      return fill(text.limits.didLimit, { key, count: format.number(waiting) })
    })
  },
}

export const overrideLimit: Action = {
  path: "/limits/key/override",
  act: async (view, form) => {
    const { sluice, text, format } = view
    const key = keyIn(form)
    const limit = limitIn(form, "running")
    if (limit === undefined)
      return { to: pageOf(view, form), notice: text.limits.wrongLimit, isFailure: true }
    return attempt(pageOf(view, form), async () => {
      await sluice.overrideLimit(key, limit === null ? {} : { limit })
      if (limit === null) return fill(text.limits.didRestore, { key })
      return fill(text.limits.didOverride, { key, count: format.number(limit) })
    })
  },
}

export const overrideRate: Action = {
  path: "/limits/rate",
  act: async (view, form) => {
    const { sluice, text } = view
    const to = view.href("/limits", { show: "rates" })
    const key = keyIn(form)
    const limit = limitIn(form, "starts")
    const per = (form.get("per") ?? "").trim()
    if (limit === undefined || (limit !== null && per === ""))
      return { to, notice: text.limits.wrongRate, isFailure: true }
    return attempt(to, async () => {
      await sluice.overrideRate(key, limit === null ? {} : { limit, per: per as Duration })
      return fill(limit === null ? text.limits.didRestore : text.limits.didOverrideRate, { key })
    })
  },
}

function keyIn(form: URLSearchParams): string {
  return form.get("target") ?? ""
}

function pageOf(view: View, form: URLSearchParams): string {
  return view.href("/limits/key", { key: keyIn(form) })
}
