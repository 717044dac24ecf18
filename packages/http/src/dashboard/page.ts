import type { Principal, Role, Sluice, SnapshotStore } from "@sluice/core"
import type { Child } from "hono/jsx"
import type { JsonSchemaOf } from "./json-schema.ts"
import type { Messages } from "./languages/en/index.ts"
import type { Format } from "./languages/format.ts"
import type { LogLink } from "./log-link.ts"

/** What a page or an action sees of its request. */
export interface View {
  readonly sluice: Sluice
  readonly principal: Principal
  /** Whether the principal has this role, or a higher one: what it may not do isn't shown. */
  readonly may: (role: Role) => boolean
  readonly query: URLSearchParams
  /** The texts of the reader's language: `view.text.jobs.title`. */
  readonly text: Messages
  readonly language: string
  readonly direction: "ltr" | "rtl"
  /** Writes numbers, times and durations in the reader's language and time zone. */
  readonly format: Format
  /** The reader's, if the browser has told it: `Europe/Berlin`. Else `UTC`. */
  readonly timeZone: string
  /** Of the request, below the base path, without its query: `/jobs/17`. */
  readonly path: string
  /** An address within the dashboard, below its base path: `view.href("/jobs", { state: "ready" })`. */
  readonly href: (path: string, query?: Readonly<Record<string, string | undefined>>) => string
  /** Proves that a form is of this session; `ActionForm` sends it. */
  readonly csrfToken: string
  /** Of the content security policy, for elements that need it. Inline scripts and styles are refused all the same. */
  readonly nonce: string
  readonly now: Date
  /** What a reader may see of a payload, a result, metadata or an error: the app's hook. */
  readonly redact: (value: unknown, of: Redacted) => unknown
  /** Where the overview of a database that may sleep is kept. Undefined: the database is asked. */
  readonly snapshots?: SnapshotStore | undefined
  /** Where the logs of a drainer with this label are: the app's hook. */
  readonly logLink?: LogLink | undefined
  /** The JSON Schema of an input schema that can't say it itself: the app's hook. */
  readonly jsonSchema?: JsonSchemaOf | undefined
}

export interface Redacted {
  readonly kind: "payload" | "result" | "progress" | "metadata" | "error" | "log"
  readonly jobName: string
}

export interface Page {
  /** Below the base path, with Hono's parameters: `/jobs/:id{[0-9]+}`. */
  readonly path: string
  /** Default: its area's, else `reader`. */
  readonly role?: Role
  readonly render: (view: View, parameters: Readonly<Record<string, string>>) => Promise<Rendered>
}

export interface Rendered {
  readonly title: string
  /** Null: the address leads to nothing, and the page says so. */
  readonly body: Child
  /** Default 200, and 422 as an answer to a form. */
  readonly status?: 200 | 400 | 404 | 409 | 422 | 503
  /**
   * Whether the page refreshes itself at the interval that the reader has chosen; false for forms. Default: unless the database may
   * sleep, which an open page would keep awake.
   */
  readonly isLive?: boolean
}

/** What a form of a page does, by POST. */
export interface Action {
  readonly path: string
  /** Default: its area's, else `operator`. */
  readonly role?: Role
  readonly act: (
    view: View,
    form: URLSearchParams,
    parameters: Readonly<Record<string, string>>,
  ) => Promise<Acted>
}

export interface Acted {
  /** Where the browser goes then, from `view.href`. An address outside of the dashboard is refused. */
  readonly to: string
  /** What has happened, in the reader's language; shown at the top of the next page. */
  readonly notice?: string
  readonly isFailure?: boolean
  /** In place of going there: the page with its form and what was sent, and beside the fields what is wrong with it. */
  readonly page?: Rendered
}

/** Pages and actions of one kind of things, and where the navigation leads. */
export interface Area {
  /** A key of `text.navigation`. */
  readonly key: keyof Messages["navigation"]
  readonly path: string
  /** Who sees it. Default `reader`, and `operator` for its actions; a page or an action may need another. */
  readonly role?: Role
  readonly pages: readonly Page[]
  readonly actions?: readonly Action[]
}
