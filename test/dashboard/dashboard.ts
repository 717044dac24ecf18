import type { Principal, Role, Sluice } from "@sluice/core"
import { createDashboard, type DashboardOptions } from "@sluice/http/dashboard"

/** Where the dashboard of the tests believes to be. */
const ORIGIN = "http://dashboard.example.org"
const SECRET = "a secret of the tests that is long enough"

export interface Visit {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The value of `Location`, if the visit leads elsewhere. */
  readonly to: string | null
}

export interface Visitor {
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Visit>
  /** Sends a form of this visitor's session, as a page's form would. */
  readonly post: (path: string, form?: Record<string, string> | URLSearchParams) => Promise<Visit>
}

/** A visitor with a role, as if a login service had vouched for them; for the content of pages and what actions do. */
export function visitDashboard(
  sluice: Sluice,
  role: Role = "admin",
  options: Partial<DashboardOptions> = {},
): Visitor {
  const principal: Principal = { id: `oidc:${role}@example.org`, name: `${role}@example.org`, role }
  const app = createDashboard({ sluice, identity: async () => principal, sessionSecret: SECRET, ...options })
  const base = options.basePath ?? ""
  let token: string | undefined

  async function visit(path: string, init: RequestInit): Promise<Visit> {
    const response = await app.request(ORIGIN + base + path, { redirect: "manual", ...init })
    const { status, headers } = response
    return { status, headers, text: await response.text(), to: headers.get("location") }
  }

  async function tokenOfForms(): Promise<string> {
    const { text } = await visit("/", { headers: {} })
    return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? ""
  }

  return {
    get: (path, headers = {}) => visit(path, { headers }),
    async post(path, form = {}) {
      token ??= await tokenOfForms()
      const body = new URLSearchParams(form)
      body.set("csrf", token)
      return visit(path, { method: "POST", headers: { "sec-fetch-site": "same-origin" }, body })
    },
  }
}

/** The text of a page without its markup, in one line. */
export function readable(html: string): string {
  const text = html
    .replace(/<(script|style|template)[^>]*>.*?<\/\1>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
  const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" }
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => characters[name] ?? whole).trim()
}
