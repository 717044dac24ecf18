import type { Principal } from "@sluice/core"
import { deleteCookie, getCookie, setCookie } from "hono/cookie"
import type { Settings } from "../options.ts"
import type { DashboardContext } from "../reader.ts"
import { createSessions, type Session, type Sessions } from "./sessions.ts"
import type { KeyOwner } from "./verify-key.ts"

/** Who asks, and what proves that a form was made for them. */
export interface Entrant {
  readonly principal: Principal
  /** What tokens of forms are made for: a session, or whom the login service names. */
  readonly sessionId: string
  readonly cameByKey: boolean
}

/** Lets in whoever has a session, or whom the login service vouches for. */
export interface Gate {
  readonly sessions: Sessions
  readonly enter: (context: DashboardContext) => Promise<Entrant | "expired" | undefined>
  readonly openSession: (context: DashboardContext, owner: KeyOwner) => void
  readonly endSession: (context: DashboardContext) => void
}

export function createGate(settings: Settings): Gate {
  const { secrets, apiKeys, identity, base, log } = settings
  const sessions = createSessions(secrets, apiKeys, settings)
  return {
    sessions,
    async enter(context) {
      const vouchedFor = await identify(context)
      if (vouchedFor) return { principal: vouchedFor, sessionId: vouchedFor.id, cameByKey: false }
      const text = getCookie(context, cookieName(context))
      const session = text === undefined ? undefined : sessions.read(text)
      if (!session || session === "expired") return session
      const principal = await currentPrincipal(session)
      if (!principal) return "expired"
      renew(context, session)
      return { principal, sessionId: session.id, cameByKey: true }
    },
    openSession: (context, owner) => write(context, sessions.open(owner)),
    endSession: (context) => {
      deleteCookie(context, cookieName(context), { path: "/", secure: isSecure(context) })
    },
  }

  /** A token that is forged, expired or for another app counts as none. */
  async function identify(context: DashboardContext): Promise<Principal | undefined> {
    try {
      return await identity?.(context.req.raw.headers)
    } catch (error) {
      log.warn("An identity was not believed", { error })
      return undefined
    }
  }

  /** A key of the database may have been revoked or rotated since. Those of the options are looked at by `sessions.read`. */
  async function currentPrincipal({ principal, secretHash }: Session): Promise<Principal | undefined> {
    if (!principal.id.startsWith("key:")) return principal
    return secretHash === undefined ? undefined : settings.sluice.getPrincipal(principal.id, { secretHash })
  }

  /** A page that refreshes itself doesn't keep a session alive: somebody has to look at it. */
  function renew(context: DashboardContext, session: Session): void {
    const renewed = sessions.renewed(session)
    if (renewed && context.req.header("hx-request") === undefined) write(context, renewed)
  }

  function write(context: DashboardContext, session: Session): void {
    setCookie(context, cookieName(context), sessions.textOf(session), {
      path: "/",
      httpOnly: true,
      sameSite: "Lax",
      secure: isSecure(context),
      maxAge: Math.floor(settings.lifetimeMs / 1_000),
    })
  }

  /** With the prefix, a browser takes the cookie from this host only, over HTTPS. Each base path has a session of its own. */
  function cookieName(context: DashboardContext): string {
    return `${isSecure(context) ? "__Host-" : ""}sluice_session${base.replaceAll(/[^\w]/g, "_")}`
  }
}

/**
 * By the proxy in front, if it says so: behind one, requests arrive over HTTP, and Lambda's adapter knows HTTPS only. Of several
 * proxies the first is the one that the browser talks to.
 */
function isSecure(context: DashboardContext): boolean {
  const forwarded = context.req.header("x-forwarded-proto")?.split(",")[0]?.trim().toLowerCase()
  return forwarded === undefined ? new URL(context.req.url).protocol === "https:" : forwarded === "https"
}
