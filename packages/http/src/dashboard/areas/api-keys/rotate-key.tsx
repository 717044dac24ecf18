import { ApiKeyNotFoundError } from "@sluice/core"
import { Confirm } from "../../components/confirm.tsx"
import { Field } from "../../components/field.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, Page } from "../../page.ts"
import { KEY_ID, keyPath, noKey, secretPage, validKey } from "./key.tsx"

/** How long the secret before stays valid; the second is core's default. */
const OVERLAPS = ["0s", "24h", "7d", "30d"] as const

export const rotatePage: Page = {
  path: `/api-keys/${KEY_ID}/rotate`,
  async render(view, { id = "" }) {
    const { apiKeys: text } = view.text
    const key = await validKey(view, id)
    if (!key) return noKey(view, id)
    const title = fill(text.rotateTitle, { name: key.name })
    const body = (
      <Confirm
        view={view}
        title={title}
        path={`${keyPath(id)}/rotate`}
        label={text.rotate}
        back={view.href("/api-keys")}
      >
        <p>{text.rotateLead}</p>
        <Field name="overlap" label={text.overlap}>
          {(attributes) => (
            <select {...attributes}>
              {OVERLAPS.map((overlap) => (
                <option value={overlap} selected={overlap === "24h"}>
                  {text.overlaps[overlap]}
                </option>
              ))}
            </select>
          )}
        </Field>
      </Confirm>
    )
    return { title, body, isLive: false }
  },
}

export const rotateKey: Action = {
  path: `/api-keys/${KEY_ID}/rotate`,
  async act(view, form, { id = "" }) {
    const to = view.href("/api-keys")
    const overlap = OVERLAPS.find((one) => one === form.get("overlap")) ?? "24h"
    try {
      const key = await view.sluice.rotateApiKey(id, { overlap })
      return { to, page: secretPage(view, fill(view.text.apiKeys.didRotate, { name: key.name }), key) }
    } catch (error) {
      if (error instanceof ApiKeyNotFoundError) return { to, page: noKey(view, id) }
      throw error
    }
  },
}
