import type { Principal, Role, Sluice } from "@sluice/core"
import { type Context, Hono } from "hono"
import { areas } from "./areas/index.ts"
import { Layout } from "./components/layout.tsx"
import { english } from "./languages/en/index.ts"
import type { Action, Page, Rendered, View } from "./page.ts"

export interface DashboardOptions {
  readonly sluice: Sluice
  /** Where the dashboard is served: `/dashboard`. Default `/`. */
  readonly basePath?: string
}

/** The dashboard: pages that show and change what happens in the queue. */
export function createDashboard(options: DashboardOptions): Hono {
  const base = (options.basePath ?? "").replace(/\/$/, "")
  const app = new Hono()
  for (const { pages, actions = [] } of areas) {
    for (const page of pages) app.get(base + page.path, (context) => show(context, page))
    for (const action of actions) app.post(base + action.path, (context) => act(context, action))
  }
  return app

  async function show(context: Context, page: Page) {
    const view = viewOf(context)
    const rendered = await page.render(view, context.req.param())
    return context.html(whole(view, rendered), rendered.status ?? 200)
  }

  function whole(view: View, rendered: Rendered) {
    return (
      <Layout view={view} title={rendered.title}>
        {rendered.body}
      </Layout>
    )
  }

  async function act(context: Context, action: Action) {
    const form = new URLSearchParams(await context.req.text())
    const view = viewOf(context)
    const { to, page } = await action.act(view, form, context.req.param())
    return page ? context.html(whole(view, page), 422) : context.redirect(to, 303)
  }

  function viewOf(context: Context): View {
    const principal: Principal = { id: "environment", name: "environment", role: "admin" }
    return {
      sluice: options.sluice,
      principal,
      may: (role: Role) => RANKS.indexOf(principal.role) >= RANKS.indexOf(role),
      query: new URL(context.req.url).searchParams,
      text: english,
      language: "en",
      direction: "ltr",
      href: (path, query = {}) => base + path + queryOf(query),
      csrfToken: "",
      nonce: "",
      now: new Date(),
      redact: (value) => value,
    }
  }
}

const RANKS: readonly Role[] = ["enqueuer", "reader", "operator", "admin"]

function queryOf(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((each): each is [string, string] => each[1] !== undefined)
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`
}
