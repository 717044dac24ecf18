import type { BatchSnapshot, BulkResult } from "@sluice/core"
import { Confirm } from "../../components/confirm.tsx"
import { fill, type Plural } from "../../languages/text.ts"
import type { Action, Page, View } from "../../page.ts"
import { attempt } from "../parts/attempt.ts"
import { batchPath } from "./batch-path.ts"

const ID = ":id{[1-9][0-9]{0,17}}"

export const cancelPage: Page = {
  path: `/batches/${ID}/cancel`,
  role: "operator",
  render: (view, { id = "" }) => {
    const { cancel, cancelTitle, cancelLead } = view.text.batches
    const countOf = ({ pending }: BatchSnapshot) => pending
    return asked(view, id, {
      verb: "cancel",
      title: fill(cancelTitle, { id }),
      lead: cancelLead,
      label: cancel,
      countOf,
    })
  },
}

export const retryPage: Page = {
  path: `/batches/${ID}/retry`,
  role: "operator",
  render: (view, { id = "" }) => {
    const { retry, retryTitle, retryLead } = view.text.batches
    const countOf = ({ discarded, canceled }: BatchSnapshot) => discarded + canceled
    return asked(view, id, {
      verb: "retry",
      title: fill(retryTitle, { id }),
      lead: retryLead,
      label: retry,
      countOf,
    })
  },
}

export const cancelBatch: Action = {
  path: `/batches/${ID}/cancel`,
  act: (view, _form, { id = "" }) =>
    attempt(view.href(batchPath(id)), async () => changedText(view, await view.sluice.cancelBatch(id))),
}

export const retryBatch: Action = {
  path: `/batches/${ID}/retry`,
  act: (view, form, { id = "" }) =>
    attempt(view.href(batchPath(id)), async () => {
      const options = { callbacks: form.get("callbacks") === "on", retriedBy: view.principal.name }
      return changedText(view, await view.sluice.retryBatch(id, options))
    }),
}

interface Question {
  readonly verb: "cancel" | "retry"
  readonly title: string
  readonly lead: Plural
  readonly label: string
  readonly countOf: (batch: BatchSnapshot) => number
}

async function asked(view: View, id: string, { verb, title, lead, label, countOf }: Question) {
  const batch = await view.sluice.getBatch(id)
  if (!batch)
    return {
      title,
      status: 404 as const,
      body: <h1>{fill(view.text.batches.notFound, { id })}</h1>,
    }
  return {
    title,
    isLive: false,
    body: (
      <Confirm
        view={view}
        title={title}
        path={`${batchPath(id)}/${verb}`}
        label={label}
        danger={verb === "cancel"}
        back={view.href(batchPath(id))}
        backLabel={view.text.jobs.keep}
      >
        <p>{view.format.counted(lead, countOf(batch))}</p>
        {verb === "retry" && Object.keys(batch.callbacks).length > 0 && (
          <label class="choice">
            <input type="checkbox" name="callbacks" />
            {view.text.batches.retryCallbacks}
          </label>
        )}
      </Confirm>
    ),
  }
}

function changedText({ format, text }: View, { changed, refused }: BulkResult): string {
  const done = format.counted(text.batches.changed, changed)
  if (refused.length === 0) return done
  const codes = format.list([...new Set(refused.map(({ code }) => code))])
  return `${done} ${fill(format.counted(text.batches.refused, refused.length), { codes })}`
}
