import { randomBytes } from "node:crypto"
import type { MiddlewareHandler } from "hono"

/** What Hono keeps of a request on its way through the dashboard. */
export interface Variables {
  nonce: string
}

/**
 * Tells the browser what a page may do: run our scripts only, talk to this origin only, be in no frame, and be kept nowhere.
 * Markup that got into a page in spite of the escaping would be inert.
 */
export function protectPages(): MiddlewareHandler<{ Variables: Variables }> {
  return async (context, next) => {
    const nonce = randomBytes(16).toString("base64")
    context.set("nonce", nonce)
    await next()
    const headers = {
      "content-security-policy": [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        `style-src 'nonce-${nonce}'`,
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join("; "),
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
      "x-robots-tag": "noindex",
    }
    for (const [name, value] of Object.entries(headers)) context.header(name, value)
    if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-store")
  }
}
