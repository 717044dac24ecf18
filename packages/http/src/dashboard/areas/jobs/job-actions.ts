import { type ChangedJob, JobNotFoundError, JobStateError } from "@sluice/core"
import { fill } from "../../languages/text.ts"
import type { Acted, Action, View } from "../../page.ts"

/** What the buttons of a job's page do. */
export const jobActions: readonly Action[] = [
  action("cancel", ({ sluice, text }, id) =>
    sluice.cancelJob(id).then((job) => toldOf(job, text.jobs.did.cancelRunning, text.jobs.did.cancel)),
  ),
  action("run", ({ sluice, text }, id) => sluice.runJobNow(id).then(() => text.jobs.did.run)),
  action("retry", ({ sluice, principal, text }, id) =>
    sluice
      .retryJob(id, { retriedBy: principal.name.slice(0, 512) || "dashboard" })
      .then(() => text.jobs.did.retry),
  ),
]

function toldOf({ state }: ChangedJob, running: string, otherwise: string): string {
  return state === "running" ? running : otherwise
}

function action(verb: string, work: (view: View, id: string) => Promise<string>): Action {
  return {
    path: `/jobs/:id{[0-9]{1,15}}/${verb}`,
    async act(view, _form, { id = "" }): Promise<Acted> {
      const to = view.href(`/jobs/${id}`)
      try {
        return { to, notice: fill(await work(view, id), { id }) }
      } catch (error) {
        return { to, notice: refusalOf(view, error, id), isFailure: true }
      }
    },
  }
}

/** Why a job was left as it is, in the reader's words. */
export function refusalOf({ text }: View, error: unknown, id: string): string {
  if (error instanceof JobNotFoundError) return fill(text.jobs.notFound, { id })
  if (!(error instanceof JobStateError)) throw error
  return Object.hasOwn(text.jobs.refused, error.code)
    ? (text.jobs.refused[error.code] as string)
    : error.message
}
