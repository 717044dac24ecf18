import { deleteCookie, getCookie, setCookie } from "hono/cookie"
import type { Signer } from "../messages/signing.ts"
import type { DashboardContext } from "./reader.ts"
import type { Flash } from "./respond.tsx"

const LONGEST_NOTICE = 1_000
const SHOWN_WITHIN_SECONDS = 60

/** Keeps what an action has done until the next page, in a cookie. */
export function createFlashes(signer: Signer, cookie: string) {
  return {
    keep(context: DashboardContext, { notice, isFailure }: Flash): void {
      const text = JSON.stringify({ notice: notice.slice(0, LONGEST_NOTICE), isFailure })
      setCookie(context, cookie, signer.sign(text), {
        path: "/",
        httpOnly: true,
        sameSite: "Lax",
        maxAge: SHOWN_WITHIN_SECONDS,
      })
    },
    take(context: DashboardContext): Flash | undefined {
      const signed = getCookie(context, cookie)
      if (signed === undefined) return undefined
      deleteCookie(context, cookie, { path: "/" })
      const text = signer.verify(signed)
      return text === undefined ? undefined : (JSON.parse(text) as Flash)
    },
  }
}
