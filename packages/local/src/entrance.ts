import { randomBytes } from "node:crypto"
import { createLoginToken } from "@sluice/http/login-link"
import type { GatewayResponse } from "./gateway/gateway-event.ts"

/** Where the dashboard is served, on this machine as in a deployment. */
export const DASHBOARD_PATH = "/dashboard"

/** The function goes on at once, with a token of its own. */
const TOKEN_LIFETIME_MS = 60_000

/**
 * The ways into the dashboard: `/` leads there, and so does a link that logs in whoever opens it first. Others learn from the
 * dashboard that it was used, unless they are logged in.
 */
export interface Entrance {
  /** The link's path: `/login/6f3…`. */
  readonly path: string
  /** The response to a request for one of these; undefined for any other. */
  readonly answer: (method: string, path: string) => GatewayResponse | undefined
}

export function createEntrance(apiKey: string): Entrance {
  const path = `/login/${randomBytes(18).toString("base64url")}`
  let isUsed = false
  return {
    path,
    answer(method, asked) {
      if (method !== "GET") return undefined
      if (asked === "/") return leadTo(`${DASHBOARD_PATH}/`)
      if (asked !== path) return undefined
      if (isUsed) return leadTo(`${DASHBOARD_PATH}/login?token=used`)
      isUsed = true
      return leadTo(`${DASHBOARD_PATH}/login?token=${createLoginToken(apiKey, TOKEN_LIFETIME_MS)}`)
    },
  }
}

function leadTo(location: string): GatewayResponse {
  const headers = { location, "cache-control": "no-store", "referrer-policy": "no-referrer" }
  return { status: 303, headers, body: Buffer.alloc(0) }
}
