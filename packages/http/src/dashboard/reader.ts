import type { Context } from "hono"
import { getCookie } from "hono/cookie"
import { createFormat } from "./languages/format.ts"
import { chooseLanguage } from "./languages/index.ts"
import type { View } from "./page.ts"
import { type Preferences, readPreferences } from "./preferences.ts"
import type { Variables } from "./safety/policy.ts"

export type DashboardContext = Context<{ Variables: Variables }>

/** How whoever asks wants to be answered, logged in or not. */
export interface Reader
  extends Pick<
    View,
    "text" | "language" | "direction" | "format" | "timeZone" | "path" | "query" | "href" | "nonce" | "now"
  > {
  readonly preferences: Preferences
}

export function readerOf(context: DashboardContext, base: string): Reader {
  const preferences = readPreferences((name) => getCookie(context, `sluice_${name}`))
  const { code, text, direction } = chooseLanguage(
    preferences.language,
    context.req.header("accept-language"),
  )
  const timeZone = preferences.usesUtc ? "UTC" : (preferences.timeZone ?? "UTC")
  const now = new Date()
  return {
    preferences,
    text,
    language: code,
    direction,
    timeZone,
    format: createFormat(code, timeZone, now),
    path: pathWithin(base, context.req.path),
    query: new URL(context.req.url).searchParams,
    href: (path, query = {}) => base + path + queryOf(query),
    nonce: context.get("nonce"),
    now,
  }
}

function pathWithin(base: string, path: string): string {
  return path.startsWith(`${base}/`) ? path.slice(base.length) : "/"
}

function queryOf(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((each): each is [string, string] => each[1] !== undefined)
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`
}
