import type { Role } from "@sluice/core"
import { DatabaseUnavailableError, ForbiddenError, InvalidInputError } from "@sluice/core"
import type { Child } from "hono/jsx"
import { areas } from "./areas/index.ts"
import { Layout } from "./components/layout.tsx"
import { Notice } from "./components/notice.tsx"
import { PageHeader } from "./components/page-header.tsx"
import { fill } from "./languages/text.ts"
import type { Area, Rendered, View } from "./page.ts"
import type { DashboardContext, Reader } from "./reader.ts"
import type { Entrant } from "./session/gate.ts"
import { isTooSlow } from "./too-slow.ts"

type Status = 200 | 400 | 403 | 404 | 408 | 409 | 413 | 415 | 422 | 500 | 503

/** A page with any status that the dashboard itself may give it. */
export type AnyRendered = Omit<Rendered, "status"> & { readonly status?: Status }

/** Somebody who was let in. */
export interface Entered {
  readonly view: View
  readonly reader: Reader
  readonly entrant: Entrant
}

interface Answered extends Entered {
  readonly area?: Area | undefined
  readonly flash?: Flash | undefined
}

/** Sends a page within its layout. */
export async function respond(
  context: DashboardContext,
  { view, reader, entrant, area, flash }: Answered,
  { title, body, status = 200, isLive = view.snapshots === undefined }: AnyRendered,
): Promise<Response> {
  return html(
    context,
    <Layout
      view={view}
      title={title}
      preferences={reader.preferences}
      areas={areas.filter(({ role = "reader" }) => view.may(role))}
      area={area}
      isLive={isLive}
      canLogOut={entrant.cameByKey}
    >
      {flash && <Notice kind={flash.isFailure ? "failure" : "success"}>{flash.notice}</Notice>}
      {body}
    </Layout>,
    status,
  )
}

/** What an action has done, for the next page. */
export interface Flash {
  readonly notice: string
  readonly isFailure: boolean
}

export async function html(
  context: DashboardContext,
  page: Child,
  status: Status | 401 | 429,
): Promise<Response> {
  return context.html(`<!doctype html>${await page}`, status)
}

/** A page that says one thing. */
export function plainPage(title: string, text: Child, status: Status): AnyRendered {
  const body = (
    <>
      <PageHeader title={title} />
      <Notice kind="warning">{text}</Notice>
    </>
  )
  return { title, body, isLive: false, status }
}

export function notFoundPage({ text }: View): AnyRendered {
  return plainPage(text.shell.notFoundTitle, text.shell.notFound, 404)
}

export function forbiddenPage({ text, principal }: View, role: Role): AnyRendered {
  const reason = fill(text.shell.forbidden, { name: principal.name, role: text.shell.roleNames[role] })
  return plainPage(text.shell.forbiddenTitle, reason, 403)
}

/** Why a page can't be shown or an action failed; undefined where only the log may say it. */
export function failedPage({ text }: View, error: unknown): AnyRendered | undefined {
  const { shell } = text
  if (isTooSlow(error)) return plainPage(shell.tooSlowTitle, shell.tooSlow, 503)
  if (error instanceof ForbiddenError) return plainPage(shell.forbiddenTitle, error.message, 403)
  if (error instanceof InvalidInputError) return plainPage(shell.badRequestTitle, error.message, 400)
  if (error instanceof DatabaseUnavailableError)
    return plainPage(shell.failedTitle, shell.databaseUnavailable, 503)
  return undefined
}
