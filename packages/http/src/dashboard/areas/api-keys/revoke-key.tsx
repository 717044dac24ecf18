import { ApiKeyNotFoundError } from "@sluice/core"
import { Confirm } from "../../components/confirm.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, Page } from "../../page.ts"
import { KEY_ID, keyPath, noKey, validKey } from "./key.tsx"

export const revokePage: Page = {
  path: `/api-keys/${KEY_ID}/revoke`,
  async render(view, { id = "" }) {
    const { apiKeys: text } = view.text
    const key = await validKey(view, id)
    if (!key) return noKey(view, id)
    const title = fill(text.revokeTitle, { name: key.name })
    const body = (
      <Confirm
        view={view}
        title={title}
        path={`${keyPath(id)}/revoke`}
        label={text.revoke}
        danger
        back={view.href("/api-keys")}
      >
        <p>{text.revokeLead}</p>
        <p>
          {text.used}: {key.lastUsedAt ? <Time view={view} at={key.lastUsedAt} /> : text.never}
        </p>
      </Confirm>
    )
    return { title, body, isLive: false }
  },
}

export const revokeKey: Action = {
  path: `/api-keys/${KEY_ID}/revoke`,
  async act(view, _form, { id = "" }) {
    const to = view.href("/api-keys")
    try {
      const { name } = await view.sluice.revokeApiKey(id)
      return { to, notice: fill(view.text.apiKeys.didRevoke, { name }) }
    } catch (error) {
      if (error instanceof ApiKeyNotFoundError) return { to, page: noKey(view, id) }
      throw error
    }
  },
}
