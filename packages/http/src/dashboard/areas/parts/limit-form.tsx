import { ActionForm } from "../../components/action-form.tsx"
import type { View } from "../../page.ts"

/** Sets a waiting limit, which `limitIn` reads. `target`: is sent with it, if the path doesn't say what is limited. */
export function LimitForm(properties: {
  view: View
  path: string
  label: string
  limit: number | null
  target?: string
}) {
  const { view, path, label, limit, target } = properties
  const text = view.text.queues
  return (
    <div class="setting">
      <ActionForm view={view} path={path} class="inline">
        {target !== undefined && <input type="hidden" name="target" value={target} />}
        <label for="waiting">{label}</label>
        <input
          id="waiting"
          name="waiting"
          type="number"
          min="1"
          max="1000000"
          value={limit ?? ""}
          aria-describedby="waiting-hint"
        />
        <button type="submit" class="button">
          {text.setLimit}
        </button>
      </ActionForm>
      <p class="muted" id="waiting-hint">
        {text.limitHint}
      </p>
    </div>
  )
}
