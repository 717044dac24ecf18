import type { ErrorGroup } from "@sluice/core"
import type { View } from "../../page.ts"

/** What readers may see of an error's text, as the app's hook says. */
export function shownText(view: View, text: string, names: ErrorGroup["names"]): string {
  const shown = view.redact(text, { kind: "error", jobName: names[0]?.name ?? "" })
  return typeof shown === "string" ? shown : view.text.shell.redacted
}

/** The class of an error, and its code. */
export function ErrorClass({ error }: { error: Pick<ErrorGroup, "class" | "code"> }) {
  return (
    <code class="error-class">
      {error.class}
      {error.code !== null && error.code !== error.class && <span class="muted"> {error.code}</span>}
    </code>
  )
}

/** An address without the parts that only belong to a page of the list. */
export function rangeQuery({ query }: View): Record<string, string | undefined> {
  return { range: query.get("range") ?? undefined }
}
