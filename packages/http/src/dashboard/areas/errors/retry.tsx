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
    const range = countedRangeOf(view)
    const { since, until, skip } = range
    const ids = await view.sluice.listDiscarded(fingerprint, range)
    const body = (
      <Confirm
        view={view}
        title={errors.retryTitle}
        path={`/errors/${fingerprint}/retry`}
        fields={{
          since: since.toISOString(),
          until: until.toISOString(),
          skip: String(skip),
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

/** What is asked about: up to now, or what is left of the range that the action before was about. */
function countedRangeOf(view: View): { since: Date; until: Date; skip: number } {
  const [since, until] = ["since", "until"].map((key) => new Date(view.query.get(key) ?? Number.NaN))
  if (since && until && since < until && until <= view.now)
    return { since, until, skip: skippedOf(view.query.get("skip")) }
  return { since: rangeOf(view, "24h").since, until: view.now, skip: 0 }
}

function skippedOf(given: string | null): number {
  return given !== null && /^\d{1,9}$/.test(given) ? Number(given) : 0
}

/**
 * Retries those that were counted: none that was discarded after it. Those that can't be retried stay in the list, so the next
 * part skips as many.
 */
export const retryAction: Action = {
  path: PATH,
  async act(view, form, { fingerprint = "" }) {
    const counted = { since: form.get("since") ?? "", until: form.get("until") ?? "" }
    const skip = skippedOf(form.get("skip"))
    const ids = await view.sluice.listDiscarded(fingerprint, { ...counted, skip })
    const part = ids.slice(0, AT_ONCE)
    const { changed, refused } = await view.sluice.retryJobs({ ids: part })
    const left = ids.length - part.length
    const range = form.get("range") || undefined
    const rest = { range, ...counted, skip: String(skip + part.length - changed) }
    return {
      to:
        left > 0
          ? view.href(`/errors/${fingerprint}/retry`, rest)
          : view.href(`/errors/${fingerprint}`, { range }),
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
