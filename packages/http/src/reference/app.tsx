import { createHash } from "node:crypto"
import { Hono } from "hono"
import { openApiDocument } from "../openapi/document.ts"
import type { OpenApi } from "./openapi-types.ts"
import { Page } from "./page.tsx"
import { STYLE } from "./style.ts"

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64")

const HEADERS = {
  "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "public, max-age=300",
}

/**
 * One page that says what the API takes and returns, made from its OpenAPI document. Mount it where you like:
 * `app.route("/reference", createReference())`. It needs no key, queries nothing, and loads nothing.
 *
 * @param document Default: that of this version of Sluice.
 */
export function createReference(document: object = openApiDocument): Hono {
  const app = new Hono()
  let page: string | undefined
  app.get("/", (context) => {
    page ??= `<!doctype html>${(<Page document={document as OpenApi} style={STYLE} />).toString()}`
    return context.html(page, 200, HEADERS)
  })
  return app
}
