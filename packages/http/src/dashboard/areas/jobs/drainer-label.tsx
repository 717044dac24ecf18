import type { View } from "../../page.ts"

/** What identifies a drainer to people, and where its logs are. */
export function DrainerLabel({ view, label, id }: { view: View; label: string; id?: string | null }) {
  const logs = view.logLink?.(label)
  return (
    <span>
      <code title={id ?? undefined}>{label}</code>
      {logs !== undefined && (
        <>
          {" "}
          <a href={logs} rel="noreferrer" target="_blank">
            {view.text.jobs.logs}
          </a>
        </>
      )}
    </span>
  )
}
