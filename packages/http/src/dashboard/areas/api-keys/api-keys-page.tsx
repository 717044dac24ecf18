import type { ApiKey } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { Icon } from "../../components/icon.tsx"
import { ButtonLink, PageHeader } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { hasEnded, keyPath, Scope } from "./key.tsx"

/** As many as core returns at a time. */
const PAGE = 1_000

export const apiKeysPage: Page = {
  path: "/api-keys",
  async render(view) {
    const { sluice, text, query } = view
    const after = query.get("after")
    const keys = await sluice.listApiKeys(after !== null && /^\d{1,15}$/.test(after) ? { after } : {})
    const last = keys.length === PAGE ? keys.at(-1)?.id : undefined
    const body = (
      <>
        <PageHeader title={text.apiKeys.title} lead={text.apiKeys.lead}>
          <ButtonLink href={view.href("/api-keys/new")} kind="primary">
            <Icon name="plus" />
            {text.apiKeys.create}
          </ButtonLink>
        </PageHeader>
        {keys.length === 0 ? (
          <EmptyState title={text.apiKeys.none}>
            <p>{text.apiKeys.noneHint}</p>
          </EmptyState>
        ) : (
          <Table
            view={view}
            caption={text.apiKeys.title}
            columns={columnsOf(view)}
            rows={keys.toSorted((a, b) => Number(hasEnded(a, view.now)) - Number(hasEnded(b, view.now)))}
            rowId={({ id }) => id}
          />
        )}
        <Pagination view={view} path="/api-keys" next={last} />
      </>
    )
    return { title: text.apiKeys.title, body }
  },
}

function columnsOf(view: View): Column<ApiKey>[] {
  const { apiKeys: text, shell } = view.text
  return [
    {
      label: text.name,
      heading: true,
      cell: ({ name, hint }) => (
        <div class="wait">
          <bdi>{name}</bdi>
          <code class="muted">{`${hint}…`}</code>
        </div>
      ),
    },
    { label: text.role, cell: ({ role }) => shell.roles[role] },
    { label: text.scope, cell: (key) => <Scope view={view} apiKey={key} /> },
    { label: text.created, cell: (key) => <Created view={view} apiKey={key} /> },
    {
      label: text.used,
      cell: ({ lastUsedAt }) =>
        lastUsedAt ? <Time view={view} at={lastUsedAt} /> : <span class="muted">{text.never}</span>,
    },
    { label: text.ends, cell: (key) => <Ends view={view} apiKey={key} /> },
    {
      label: <span class="visually-hidden">{text.actions}</span>,
      cell: (key) => !hasEnded(key, view.now) && <Actions view={view} apiKey={key} />,
    },
  ]
}

function Created({ view, apiKey: { createdAt, createdBy } }: { view: View; apiKey: ApiKey }) {
  return (
    <div class="wait">
      <Time view={view} at={createdAt} />
      {createdBy !== null && (
        <span class="muted">
          <bdi>{createdBy}</bdi>
        </span>
      )}
    </div>
  )
}

function Ends({ view, apiKey }: { view: View; apiKey: ApiKey }) {
  const { apiKeys: text } = view.text
  const { revokedAt, expiresAt, oldSecretUntil } = apiKey
  if (revokedAt !== null)
    return (
      <span class="level level-wrong">
        {text.revoked} <Time view={view} at={revokedAt} />
      </span>
    )
  const isOld = oldSecretUntil !== null && oldSecretUntil > view.now
  return (
    <div class="wait">
      {expiresAt === null ? (
        <span class="muted">{text.neverEnds}</span>
      ) : (
        <span class={expiresAt <= view.now ? "level level-wrong" : undefined}>
          {expiresAt <= view.now ? text.expired : text.expires} <Time view={view} at={expiresAt} />
        </span>
      )}
      {isOld && (
        <span class="muted">
          {text.oldSecret} <Time view={view} at={oldSecretUntil} />
        </span>
      )}
    </div>
  )
}

function Actions({ view, apiKey: { id, name } }: { view: View; apiKey: ApiKey }) {
  const { apiKeys: text } = view.text
  return (
    <div class="row">
      <a
        class="button small"
        href={view.href(`${keyPath(id)}/rotate`)}
        aria-label={fill(text.rotateKey, { name })}
      >
        {text.rotate}
      </a>
      <a
        class="button small danger"
        href={view.href(`${keyPath(id)}/revoke`)}
        aria-label={fill(text.revokeKey, { name })}
      >
        {text.revoke}
      </a>
    </div>
  )
}
