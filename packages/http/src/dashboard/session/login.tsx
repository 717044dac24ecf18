import type { Hono } from "hono"
import { ENVIRONMENT } from "../../messages/environment-keys.ts"
import type { Settings } from "../options.ts"
import { type DashboardContext, readerOf } from "../reader.ts"
import { html } from "../respond.tsx"
import { isFromThisSite } from "../safety/cross-site.ts"
import { insideOf } from "../safety/inside.ts"
import type { Variables } from "../safety/policy.ts"
import { explainRefusal, readForm } from "../safety/read-form.ts"
import { addressOf } from "./client-address.ts"
import type { Gate } from "./gate.ts"
import { createLoginAttempts } from "./login-attempts.ts"
import { createLoginTokenCheck } from "./login-link.ts"
import { LoginPage } from "./login-page.tsx"
import { verifyKey } from "./verify-key.ts"

/** Logging in with a key or a link, and logging out. */
export function addLoginRoutes(app: Hono<{ Variables: Variables }>, settings: Settings, gate: Gate): void {
  const { base, lifetimeMs } = settings
  const attempts = createLoginAttempts()
  const checkToken = createLoginTokenCheck(settings.apiKeys)

  app.get(`${base}/login`, async (context) => {
    const token = context.req.query("token")
    if (token === undefined) return ask(context, { to: insideOf(base, null) })
    const apiKey = checkToken(token)
    const { shell } = readerOf(context, base).text
    if (apiKey === undefined && (await isInside(context))) return context.redirect(insideOf(base, null), 303)
    if (apiKey === undefined)
      return ask(context, { to: insideOf(base, null), notice: shell.loginLinkUsed, status: 401 })
    gate.openSession(context, { principal: ENVIRONMENT, apiKey })
    return context.redirect(insideOf(base, null), 303)
  })

  app.post(`${base}/login`, async (context) => {
    const reader = readerOf(context, base)
    const { shell } = reader.text
    const home = insideOf(base, null)
    if (!isFromThisSite(context.req.raw.headers))
      return ask(context, { to: home, notice: shell.crossSite, status: 403 })
    const form = await readForm(context.req.raw)
    if (typeof form === "string") {
      const { status, says } = explainRefusal(reader, form)
      return ask(context, { to: home, notice: says, status })
    }
    const to = insideOf(base, form.get("to"))
    const address = addressOf(context, settings.trustedProxies)
    if (!attempts.begin(address)) {
      context.header("retry-after", "60")
      return ask(context, { to, error: shell.tooManyAttempts, status: 429 })
    }
    const verified = verifyKey(settings, (form.get("key") ?? "").trim())
    const owner = await verified.catch((error: unknown) => {
      attempts.takeBack(address)
      throw error
    })
    if (!owner) return ask(context, { to, error: shell.wrongKey, status: 401 })
    attempts.takeBack(address)
    if (owner.principal.role === "enqueuer")
      return ask(context, { to, error: shell.keyMayNotRead, status: 403 })
    gate.openSession(context, owner)
    return context.redirect(to, 303)
  })

  app.post(`${base}/logout`, async (context) => {
    if (!isFromThisSite(context.req.raw.headers)) return context.text("Forbidden", 403)
    gate.endSession(context)
    const { shell } = readerOf(context, base).text
    return ask(context, { to: insideOf(base, null), notice: shell.loggedOut })
  })

  /** Such as the browser that has used the link. */
  async function isInside(context: DashboardContext): Promise<boolean> {
    const entrant = await gate.enter(context)
    return entrant !== undefined && entrant !== "expired"
  }

  async function ask(
    context: DashboardContext,
    {
      status = 200,
      ...asked
    }: { to: string; notice?: string; error?: string; status?: 200 | 401 | 403 | 408 | 413 | 415 | 429 },
  ): Promise<Response> {
    const reader = readerOf(context, base)
    return html(context, <LoginPage reader={reader} lifetimeMs={lifetimeMs} {...asked} />, status)
  }
}
