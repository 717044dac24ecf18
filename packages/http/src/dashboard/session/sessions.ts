import { createHash, randomBytes } from "node:crypto"
import type { Principal, Role } from "@sluice/core"
import { createSigner } from "../../messages/signing.ts"
import type { KeyOwner } from "./verify-key.ts"

/** Somebody who has logged in with a key. It lives in a signed cookie; the server keeps nothing. */
export interface Session {
  readonly id: string
  readonly principal: Principal
  readonly startedAtMs: number
  readonly seenAtMs: number
  /** Of the key in the options that it was opened with: once that one is gone, so is the session. */
  readonly keyPrint?: string
  /** Of the secret in the database that it was opened with, as `getPrincipal` takes it: it ends with the secret. */
  readonly secretHash?: string
}

export interface Sessions {
  readonly open: (owner: KeyOwner) => Session
  readonly textOf: (session: Session) => string
  /** The session of a cookie, unless it is forged, too old, or was not used for too long. */
  readonly read: (text: string) => Session | "expired" | undefined
  /** The session as used now, if that is worth a new cookie. */
  readonly renewed: (session: Session) => Session | undefined
  readonly csrfTokenOf: (sessionId: string) => string
  readonly isCsrfToken: (sessionId: string, token: string) => boolean
}

export interface SessionTimes {
  readonly idleMs: number
  readonly lifetimeMs: number
}

/** A cookie is written anew when it is older than this. */
const RENEW_AFTER_MS = 60_000

export function createSessions(
  secrets: readonly string[],
  keys: readonly string[],
  { idleMs, lifetimeMs }: SessionTimes,
): Sessions {
  const signer = createSigner(secrets, "session")
  const csrf = createSigner(secrets, "csrf")
  const prints = keys.map(printOf)
  return {
    open({ principal, apiKey, secretHash }) {
      const now = Date.now()
      const id = randomBytes(16).toString("base64url")
      return {
        id,
        principal,
        startedAtMs: now,
        seenAtMs: now,
        ...(apiKey !== undefined && { keyPrint: printOf(apiKey) }),
        ...(secretHash !== undefined && { secretHash }),
      }
    },
    textOf: (session) => signer.sign(JSON.stringify(session)),
    read(text) {
      const signed = signer.verify(text)
      const session = signed === undefined ? undefined : (JSON.parse(signed) as Session)
      if (!session || !isRole(session.principal.role)) return undefined
      if (session.keyPrint !== undefined && !prints.includes(session.keyPrint)) return "expired"
      const now = Date.now()
      const isOld = now - session.startedAtMs > lifetimeMs || now - session.seenAtMs > idleMs
      return isOld ? "expired" : session
    },
    renewed(session) {
      const now = Date.now()
      return now - session.seenAtMs > RENEW_AFTER_MS ? { ...session, seenAtMs: now } : undefined
    },
    csrfTokenOf: (sessionId) => csrf.proofOf(sessionId),
    isCsrfToken: (sessionId, token) => csrf.isProof(sessionId, token),
  }
}

function isRole(role: unknown): role is Role {
  return role === "reader" || role === "operator" || role === "admin"
}

/** Recognizes a key without saying anything about it. */
function printOf(key: string): string {
  return createHash("sha256").update(`sluice:print:${key}`).digest("base64url").slice(0, 22)
}
