import { ActionForm } from "../../components/action-form.tsx"
import type { View } from "../../page.ts"

/** Sets a limit, which `limitIn` reads. `target`: is sent with it, if the path doesn't say what is limited. */
export function LimitForm(properties: {
  view: View
  path: string
  label: string
  limit: number | null
  target?: string
  /** What it is sent as. Default: `waiting`, a waiting limit. */
  name?: string
  /** What it means to leave it empty. */
  hint?: string
}) {
  const { view, path, label, limit, target, name = "waiting", hint = view.text.queues.limitHint } = properties
  const text = view.text.queues
  return (
    <div class="setting">
      <ActionForm view={view} path={path} class="inline">
        {target !== undefined && <input type="hidden" name="target" value={target} />}
        <span class="labeled">
          <label for={name}>{label}</label>
          <input
            id={name}
            name={name}
            type="number"
            min="1"
            max="1000000"
            value={limit ?? ""}
            aria-describedby={`${name}-hint`}
          />
        </span>
        <button type="submit" class="button">
          {text.setLimit}
        </button>
      </ActionForm>
      <p class="muted" id={`${name}-hint`}>
        {hint}
      </p>
    </div>
  )
}
