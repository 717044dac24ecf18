import type { Logger, Principal, Role, Sluice } from "@sluice/core"
import { DatabaseUnavailableError, InvalidInputError } from "@sluice/core"
import { type Context, Hono } from "hono"
import { getCookie, setCookie } from "hono/cookie"
import type { Child } from "hono/jsx"
import { areas } from "./areas/index.ts"
import { assetAt } from "./assets/assets.ts"
import { Layout } from "./components/layout.tsx"
import { Notice } from "./components/notice.tsx"
import { PageHeader } from "./components/page-header.tsx"
import { createFormat } from "./languages/format.ts"
import { chooseLanguage } from "./languages/index.ts"
import { fill } from "./languages/text.ts"
import type { Action, Area, Page, Rendered, View } from "./page.ts"
import { type Preferences, readPreferences } from "./preferences.ts"
import { type Redact, redactKeys } from "./redact.ts"
import { protectPages, type Variables } from "./safety/policy.ts"

export interface DashboardOptions {
  readonly sluice: Sluice
  /** Where the dashboard is served: `/dashboard`. Default `/`. */
  readonly basePath?: string
  /**
   * What readers may see of payloads, results, metadata, progress, errors and log lines. Default: `redactKeys()`, which hides
   * the values of fields that are named like secrets.
   */
  readonly redact?: Redact
  /** Receives what fails on the server's side. Default `console`. */
  readonly log?: Logger
}

type DashboardContext = Context<{ Variables: Variables }>

/** The dashboard: pages that show and change what happens in the queue. */
export function createDashboard(options: DashboardOptions): Hono {
  const { sluice, redact = redactKeys(), log = console } = options
  const base = (options.basePath ?? "").replace(/\/$/, "")
  const app = new Hono<{ Variables: Variables }>()
  app.use(protectPages())
  app.get(`${base}/assets/:name`, (context) => serveAsset(context, `/assets/${context.req.param("name")}`))
  app.post(`${base}/preferences`, savePreferences)
  for (const area of areas) {
    for (const page of area.pages) app.get(base + page.path, (context) => show(context, area, page))
    for (const action of area.actions ?? [])
      app.post(base + action.path, (context) => act(context, area, action))
  }
  app.notFound(async (context) => {
    const view = viewOf(context)
    const { notFoundTitle, notFound } = view.text.shell
    return respond(context, view, undefined, plainPage(notFoundTitle, notFound, 404))
  })
  return app as unknown as Hono

  async function show(context: DashboardContext, area: Area, page: Page) {
    const view = viewOf(context)
    if (!view.may(page.role ?? "reader")) return forbid(context, view, page.role ?? "reader")
    const rendered = await page.render(view, context.req.param()).catch((error) => failedPage(view, error))
    return respond(context, view, area, rendered)
  }

  async function act(context: DashboardContext, area: Area, action: Action) {
    const view = viewOf(context)
    const role = action.role ?? "operator"
    if (!view.may(role)) return forbid(context, view, role)
    const form = new URLSearchParams(await context.req.text())
    const { to, page } = await action
      .act(view, form, context.req.param())
      .catch((error) => ({ to: view.path, page: failedPage(view, error) }))
    if (page) return respond(context, view, area, { status: 422, ...page })
    return context.redirect(to, 303)
  }

  function forbid(context: DashboardContext, view: View, role: Role) {
    const { forbidden, forbiddenTitle } = view.text.shell
    const text = fill(forbidden, { name: view.principal.name, role })
    return respond(context, view, undefined, { ...plainPage(forbiddenTitle, text), status: 403 })
  }

  /** A page that says why the one that was asked for can't be shown. */
  function failedPage(view: View, error: unknown): Rendered {
    const { shell } = view.text
    if (error instanceof InvalidInputError) return plainPage(shell.badRequestTitle, error.message, 400)
    if (error instanceof DatabaseUnavailableError) {
      return plainPage(shell.failedTitle, isTooSlow(error) ? shell.tooSlow : shell.databaseUnavailable, 503)
    }
    log.error("A page of the dashboard failed", { path: view.path, error })
    return plainPage(shell.failedTitle, shell.failed, 500)
  }

  async function respond(
    context: DashboardContext,
    view: View,
    area: Area | undefined,
    rendered: Omit<Rendered, "status"> & { readonly status?: 200 | 400 | 403 | 404 | 409 | 422 | 500 | 503 },
  ) {
    const page = await (
      <Layout
        view={view}
        title={rendered.title}
        preferences={preferencesOf(context)}
        areas={areas}
        area={area}
        isLive={rendered.isLive ?? true}
      >
        {rendered.body}
      </Layout>
    )
    return context.html(`<!doctype html>${page}`, rendered.status ?? 200)
  }

  async function savePreferences(context: DashboardContext) {
    const form = new URLSearchParams(await context.req.text())
    for (const name of ["theme", "refresh", "zone", "language"]) {
      const value = form.get(name)
      if (value !== null && /^[\w-]{1,20}$/.test(value)) {
        const path = base === "" ? "/" : base
        setCookie(context, `sluice_${name}`, value, { path, maxAge: 31_536_000, sameSite: "Lax" })
      }
    }
    return context.redirect(form.get("to") ?? `${base}/`, 303)
  }

  function preferencesOf(context: DashboardContext): Preferences {
    return readPreferences((name) => getCookie(context, `sluice_${name}`))
  }

  function viewOf(context: DashboardContext): View {
    const principal: Principal = { id: "environment", name: "environment", role: "admin" }
    const preferences = preferencesOf(context)
    const { code, text, direction } = chooseLanguage(
      preferences.language,
      context.req.header("accept-language"),
    )
    const timeZone = preferences.usesUtc ? "UTC" : (preferences.timeZone ?? "UTC")
    const now = new Date()
    return {
      sluice,
      principal,
      may: (role) => RANKS.indexOf(principal.role) >= RANKS.indexOf(role),
      query: new URL(context.req.url).searchParams,
      path: context.req.path.slice(base.length) || "/",
      text,
      language: code,
      direction,
      timeZone,
      format: createFormat(code, timeZone, now),
      href: (path, query = {}) => base + path + queryOf(query),
      csrfToken: "",
      nonce: context.get("nonce"),
      now,
      redact,
    }
  }
}

const RANKS: readonly Role[] = ["enqueuer", "reader", "operator", "admin"]

function plainPage(title: string, text: Child, status?: 400 | 404 | 503): Rendered
function plainPage(title: string, text: Child, status: 500): Rendered
function plainPage(title: string, text: Child, status: number = 200): Rendered {
  const body = (
    <>
      <PageHeader title={title} />
      <Notice kind="warning">{text}</Notice>
    </>
  )
  return { title, body, isLive: false, status: status as 200 }
}

/** Whether a statement was stopped because it took longer than it may. */
export function isTooSlow(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError && error.code === "statement_timeout"
}

function serveAsset(context: DashboardContext, address: string): Response {
  const asset = assetAt(address)
  if (!asset) return context.text("Not found", 404)
  const headers = {
    "content-type": asset.type,
    "cache-control": "public, max-age=31536000, immutable",
    vary: "accept-encoding",
  }
  const takesGzip = /\bgzip\b/.test(context.req.header("accept-encoding") ?? "")
  return takesGzip
    ? context.body(asset.gzipped(), 200, { ...headers, "content-encoding": "gzip" })
    : context.body(asset.text, 200, headers)
}

function queryOf(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((each): each is [string, string] => each[1] !== undefined)
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`
}
