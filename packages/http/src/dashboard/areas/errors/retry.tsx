import { Confirm } from "../../components/confirm.tsx"
import { rangeOf } from "../../components/range.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, Page, View } from "../../page.ts"
import { FINGERPRINT } from "./error-page.tsx"
import { rangeQuery } from "./error-text.tsx"

const PATH = `/errors/${FINGERPRINT}/retry`
/** Finding a job in the history takes milliseconds: more would make a request too long. */
const AT_ONCE = 200
/** The longest list of ids. */
const MOST_COUNTED = 10_000

export const retryPage: Page = {
  path: PATH,
  role: "operator",
  async render(view, { fingerprint = "" }) {
    const { errors } = view.text
    const { since } = rangeOf(view, "24h")
    const ids = await view.sluice.listDiscarded(fingerprint, { since, until: view.now })
    const body = (
      <Confirm
        view={view}
        title={errors.retryTitle}
        path={`/errors/${fingerprint}/retry`}
        fields={{
          since: since.toISOString(),
          until: view.now.toISOString(),
          range: view.query.get("range") ?? "",
        }}
        count={ids.length}
        capped={ids.length === MOST_COUNTED}
        label={errors.retry}
        back={view.href(`/errors/${fingerprint}`, rangeQuery(view))}
      >
        <p>{errors.retryLead}</p>
        {ids.length > AT_ONCE && <p>{fill(errors.retryParts, { count: view.format.number(AT_ONCE) })}</p>}
      </Confirm>
    )
    return { title: errors.retryTitle, body }
  },
}

/** Retries those that were counted: none that was discarded after it. */
export const retryAction: Action = {
  path: PATH,
  async act(view, form, { fingerprint = "" }) {
    const range = { since: form.get("since") ?? "", until: form.get("until") ?? "" }
    const ids = await view.sluice.listDiscarded(fingerprint, range)
    const { changed, refused } = await view.sluice.retryJobs({ ids: ids.slice(0, AT_ONCE) })
    const left = Math.max(0, ids.length - AT_ONCE)
    const path = left > 0 ? `/errors/${fingerprint}/retry` : `/errors/${fingerprint}`
    return {
      to: view.href(path, { range: form.get("range") || undefined }),
      notice: noticeOf(view, changed, left, refused),
      isFailure: changed === 0,
    }
  },
}

function noticeOf(
  { text: { errors }, format }: View,
  changed: number,
  left: number,
  refused: readonly { readonly code: string }[],
): string {
  const codes = [...new Set(refused.map(({ code }) => code))]
  const parts = [
    format.counted(errors.retried, changed),
    refused.length > 0 &&
      fill(format.counted(errors.retryRefused, refused.length), { codes: format.list(codes) }),
    left > 0 && format.counted(errors.retryLeft, left),
  ]
  return parts.filter(Boolean).join(" ")
}
