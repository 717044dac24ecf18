import { actingAs, includesRole } from "@sluice/core"
import { Hono } from "hono"
import { setCookie } from "hono/cookie"
import { createSigner } from "../messages/signing.ts"
import { areas } from "./areas/index.ts"
import { assetAt } from "./assets/assets.ts"
import { createFailureLog } from "./failures.ts"
import { createFlashes } from "./flash.ts"
import type { DashboardOptions } from "./options.ts"
import type { Action, Area, Page, View } from "./page.ts"
import { PREFERENCES } from "./preferences.ts"
import { type DashboardContext, type Reader, readerOf } from "./reader.ts"
import {
  type Entered,
  failedPage,
  forbiddenPage,
  html,
  notFoundPage,
  plainPage,
  respond,
} from "./respond.tsx"
import { isEmbeddedElsewhere, isFromThisSite } from "./safety/cross-site.ts"
import { insideOf } from "./safety/inside.ts"
import { protectPages, type Variables } from "./safety/policy.ts"
import { explainRefusal, readForm } from "./safety/read-form.ts"
import { createGate, type Entrant } from "./session/gate.ts"
import { addLoginRoutes } from "./session/login.tsx"
import { ClosedPage, LoginPage } from "./session/login-page.tsx"
import { settingsOf } from "./settings.ts"

/** The dashboard: pages that show and change what happens in the queue. */
export function createDashboard(options: DashboardOptions): Hono {
  const settings = settingsOf(options)
  const { base, log } = settings
  const logFailure = createFailureLog(log)
  const app = new Hono<{ Variables: Variables }>()
  app.use(protectPages())
  app.get(`${base}/assets/:name`, serveAsset)
  if (settings.secrets.length === 0) {
    app.all("*", refuseAll)
    return app as unknown as Hono
  }

  const gate = createGate(settings)
  const flashes = createFlashes(
    createSigner(settings.secrets, "flash"),
    `sluice_notice${base.replaceAll("/", "_")}`,
  )
  if (base) app.get(base, (context) => context.redirect(`${base}/${new URL(context.req.url).search}`, 303))
  addLoginRoutes(app, settings, gate)
  app.post(`${base}/preferences`, savePreferences)
  for (const area of areas) {
    for (const page of area.pages) app.get(base + page.path, (context) => show(context, area, page))
    for (const action of area.actions ?? [])
      app.post(base + action.path, (context) => act(context, area, action))
  }
  app.notFound(async (context) => {
    const entered = await enter(context)
    return entered instanceof Response ? entered : respond(context, entered, notFoundPage(entered.view))
  })
  app.onError((error, context) => {
    logFailure("The dashboard failed", error, { path: context.req.path })
    return context.text("Internal Server Error", 500)
  })
  return app as unknown as Hono

  async function show(context: DashboardContext, area: Area, page: Page): Promise<Response> {
    const entered = await enter(context)
    if (entered instanceof Response) return entered
    const { view } = entered
    const role = page.role ?? area.role ?? "reader"
    if (!view.may(role)) return respond(context, entered, forbiddenPage(view, role))
    try {
      const rendered = await page.render(view, context.req.param())
      const shown = rendered.body === null ? notFoundPage(view) : rendered
      return await respond(context, { ...entered, area, flash: flashes.take(context) }, shown)
    } catch (error) {
      return fail(context, entered, area, error)
    }
  }

  async function act(context: DashboardContext, area: Area, action: Action): Promise<Response> {
    const entered = await enter(context)
    if (entered instanceof Response) return entered
    const { view, entrant } = entered
    const { shell } = view.text
    const role = action.role ?? area.role ?? "operator"
    if (!view.may(role)) return respond(context, entered, forbiddenPage(view, role))
    if (!isFromThisSite(context.req.raw.headers))
      return respond(context, entered, plainPage(shell.refusedTitle, shell.crossSite, 403))
    const form = await readForm(context.req.raw)
    if (typeof form === "string") {
      const { status, says } = explainRefusal(view, form)
      return respond(context, entered, plainPage(shell.refusedTitle, says, status))
    }
    if (!gate.sessions.isCsrfToken(entrant.sessionId, form.get("csrf") ?? ""))
      return respond(context, entered, plainPage(shell.refusedTitle, shell.crossSite, 403))
    form.delete("csrf")
    try {
      const { to, notice, isFailure = false, page } = await action.act(view, form, context.req.param())
      if (page)
        return await respond(
          context,
          { ...entered, area },
          { ...page, status: page.status ?? 422, isLive: false },
        )
      if (notice !== undefined) flashes.keep(context, { notice, isFailure })
      return context.redirect(insideOf(base, to), 303)
    } catch (error) {
      return fail(context, entered, area, error)
    }
  }

  function fail(context: DashboardContext, entered: Entered, area: Area, error: unknown) {
    const { view } = entered
    const known = failedPage(view, error)
    if (!known)
      logFailure("A page of the dashboard failed", error, { method: context.req.method, path: view.path })
    const { shell } = view.text
    return respond(context, { ...entered, area }, known ?? plainPage(shell.failedTitle, shell.failed, 500))
  }

  /** What a page sees, or the response to somebody who isn't let in. */
  async function enter(context: DashboardContext): Promise<Entered | Response> {
    const reader = readerOf(context, base)
    const { shell } = reader.text
    if (isEmbeddedElsewhere(context.req.raw.headers)) return context.text("Forbidden", 403)
    const entrant = await gate.enter(context)
    if (entrant !== undefined && entrant !== "expired") {
      if (entrant.principal.role !== "enqueuer") return { reader, entrant, view: viewOf(reader, entrant) }
      return html(
        context,
        <ClosedPage reader={reader} title={shell.forbiddenTitle} text={shell.keyMayNotRead} />,
        403,
      )
    }
    if (!settings.takesKeys)
      return html(
        context,
        <ClosedPage reader={reader} title={shell.forbiddenTitle} text={shell.noIdentity} />,
        403,
      )
    const to =
      context.req.method === "GET" ? reader.href(reader.path, Object.fromEntries(reader.query)) : `${base}/`
    const page = (
      <LoginPage
        reader={reader}
        to={to}
        lifetimeMs={settings.lifetimeMs}
        notice={entrant === "expired" ? shell.loginExpired : undefined}
      />
    )
    return html(context, page, 401)
  }

  function viewOf({ preferences: _, ...reader }: Reader, { principal, sessionId }: Entrant): View {
    return {
      ...reader,
      sluice: actingAs(settings.sluice, principal, "dashboard"),
      principal,
      may: (role) => includesRole(principal.role, role),
      csrfToken: gate.sessions.csrfTokenOf(sessionId),
      redact: settings.redact,
      logLink: settings.logLink,
      jsonSchema: settings.jsonSchema,
      snapshots: settings.snapshots,
    }
  }

  /** Stores nothing but how pages look, so it needs no session; another site still can't. */
  async function savePreferences(context: DashboardContext): Promise<Response> {
    const form = isFromThisSite(context.req.raw.headers) ? await readForm(context.req.raw) : "elsewhere"
    if (typeof form === "string") return context.text("Forbidden", 403)
    for (const name of PREFERENCES) {
      const value = form.get(name) ?? ""
      if (!/^[\w-]{1,20}$/.test(value)) continue
      setCookie(context, `sluice_${name}`, value, { path: `${base}/`, maxAge: YEAR_SECONDS, sameSite: "Lax" })
    }
    return context.redirect(insideOf(base, form.get("to")), 303)
  }

  /** Without a secret nobody can be told apart, so nobody is let in. */
  async function refuseAll(context: DashboardContext): Promise<Response> {
    const reader = readerOf(context, base)
    const { notConfiguredTitle, notConfigured } = reader.text.shell
    return html(context, <ClosedPage reader={reader} title={notConfiguredTitle} text={notConfigured} />, 503)
  }

  function serveAsset(context: DashboardContext): Response {
    const asset = assetAt(`/assets/${context.req.param("name")}`)
    if (!asset) return context.text("Not found", 404)
    const headers = {
      "content-type": asset.type,
      "cache-control": `public, max-age=${YEAR_SECONDS}, immutable`,
      vary: "accept-encoding",
    }
    const takesGzip = /\bgzip\b/.test(context.req.header("accept-encoding") ?? "")
    return takesGzip
      ? context.body(asset.gzipped(), 200, { ...headers, "content-encoding": "gzip" })
      : context.body(asset.text, 200, headers)
  }
}

const YEAR_SECONDS = 31_536_000
