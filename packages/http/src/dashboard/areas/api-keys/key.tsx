import type { ApiKey, NewApiKey } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { Notice } from "../../components/notice.tsx"
import { ButtonLink, Facts, PageHeader, Panel } from "../../components/page-header.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Rendered, View } from "../../page.ts"

/** In the path of a key. */
export const KEY_ID = ":id{[0-9]{1,15}}"

export function keyPath(id: string): string {
  return `/api-keys/${id}`
}

export function hasEnded({ revokedAt, expiresAt }: ApiKey, now: Date): boolean {
  return revokedAt !== null || (expiresAt !== null && expiresAt <= now)
}

/** A key that can still be used. Undefined: there is none with this id. */
export async function validKey({ sluice, now }: View, id: string): Promise<ApiKey | undefined> {
  if (Number(id) === 0) return undefined
  const [key] = await sluice.listApiKeys({ after: String(Number(id) - 1) })
  return key?.id === id && !hasEnded(key, now) ? key : undefined
}

export function noKey(view: View, id: string): Rendered {
  const { apiKeys: text } = view.text
  const body = (
    <EmptyState title={fill(text.notFound, { id })}>
      <ButtonLink href={view.href("/api-keys")}>{text.title}</ButtonLink>
    </EmptyState>
  )
  return { title: text.title, body, status: 404, isLive: false }
}

/** What an enqueuer is limited to. */
export function Scope({ view, apiKey: { names, queues } }: { view: View; apiKey: ApiKey }) {
  const { apiKeys: text } = view.text
  if (names === null && queues === null) return <span class="muted">{text.anything}</span>
  return (
    <div class="wait">
      {names && <Limited label={text.names} values={names} />}
      {queues && <Limited label={text.queues} values={queues} />}
    </div>
  )
}

function Limited({ label, values }: { label: string; values: readonly string[] }) {
  return (
    <span class="tags">
      <span class="muted">{label}</span>
      {values.map((value) => (
        <span class="pill">
          <bdi>{value}</bdi>
        </span>
      ))}
    </span>
  )
}

/** The one page that has the secret of a key. It isn't kept: whoever reloads it is asked whether to send the form again. */
export function secretPage(view: View, title: string, key: NewApiKey): Rendered {
  const { apiKeys: text, shell } = view.text
  const { name, role, secret, oldSecretUntil, expiresAt } = key
  const body = (
    <>
      <PageHeader title={title} back={{ href: view.href("/api-keys"), label: text.title }} />
      <Notice kind="warning">{text.shownOnce}</Notice>
      <Panel title={text.secret} id="secret">
        <div class="copyable" data-copy-label={shell.copy} data-copied-label={shell.copied}>
          <pre class="secret">{secret}</pre>
        </div>
        <Facts
          facts={[
            [text.name, <bdi>{name}</bdi>],
            [text.role, shell.roles[role]],
            [text.scope, <Scope view={view} apiKey={key} />],
            [text.expires, expiresAt ? <Time view={view} at={expiresAt} exact /> : undefined],
            [text.oldSecret, oldSecretUntil ? <Time view={view} at={oldSecretUntil} exact /> : undefined],
          ]}
        />
      </Panel>
      <div class="row">
        <ButtonLink href={view.href("/api-keys")}>{text.stored}</ButtonLink>
      </div>
    </>
  )
  return { title, body, status: 200, isLive: false }
}
