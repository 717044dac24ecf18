import { pauseOf } from "../../components/pause-form.tsx"
import { fill } from "../../languages/text.ts"
import type { Action } from "../../page.ts"
import { attempt } from "../parts/attempt.ts"
import { limitIn } from "../parts/limit-in.ts"
import { queuePath } from "./queue-path.ts"

export const pauseQueue: Action = {
  path: "/queues/:name{.+}/pause",
  act: ({ sluice, text, href }, form, { name = "" }) =>
    attempt(href(queuePath(name)), async () => {
      await sluice.pauseQueue(name, pauseOf(form))
      return fill(text.pauses.didPause, { target: name })
    }),
}

export const resumeQueue: Action = {
  path: "/queues/:name{.+}/resume",
  act: ({ sluice, text, href }, _form, { name = "" }) =>
    attempt(href(queuePath(name)), async () => {
      await sluice.resumeQueue(name)
      return fill(text.pauses.didResume, { target: name })
    }),
}

export const limitQueue: Action = {
  path: "/queues/:name{.+}/limit",
  act: async ({ sluice, text, href, format }, form, { name = "" }) => {
    const to = href(queuePath(name))
    const waiting = limitIn(form)
    if (waiting === undefined) return { to, notice: text.queues.wrongLimit, isFailure: true }
    return attempt(to, async () => {
      await sluice.limitQueue(name, waiting === null ? {} : { waiting })
      if (waiting === null) return fill(text.queues.didUnlimit, { name })
      return fill(text.queues.didLimit, { name, count: format.number(waiting) })
    })
  },
}
