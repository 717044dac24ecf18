import type { Logger, Sluice, SnapshotStore } from "@sluice/core"
import type { Keys } from "../messages/missing-key.ts"
import type { Identify } from "./identity/identity.ts"
import type { JsonSchemaOf } from "./json-schema.ts"
import type { LogLink } from "./log-link.ts"
import type { Redact } from "./redact.ts"

export interface DashboardOptions {
  readonly sluice: Sluice
  /**
   * The key of an administrator, who logs in with it. Several keys, as a list or comma-separated, allow rotation: sessions
   * end when the key is gone that they were opened with.
   */
  readonly apiKey?: Keys
  /**
   * Whom the login service in front vouches for, such as `cloudflareAccess(…)` or `jwtIdentity(…)`. Those it names need no
   * key.
   */
  readonly identity?: Identify
  /**
   * What session cookies are signed with. Default: a secret that is derived from `apiKey`. Without both, nobody is let in:
   * every request is refused, 503.
   */
  readonly sessionSecret?: string | undefined
  /**
   * How many proxies of your own are in front, each of which adds to `X-Forwarded-For`: wrong logins are counted by the address that the
   * first of them has noted, where else all would seem to come from the proxy. Default 0: the header is believed only where the host,
   * such as Next.js, doesn't pass on where a request comes from.
   */
  readonly trustedProxies?: number
  /** Where the dashboard is served: `/dashboard`. Default `/`. */
  readonly basePath?: string
  /** A session ends when it wasn't used for this long. Refreshes of an open page don't count. Default 2 hours. */
  readonly sessionIdleMs?: number
  /** A session ends after this long in any case. Default 12 hours. */
  readonly sessionLifetimeMs?: number
  /**
   * What readers may see of payloads, results, metadata, progress, errors and log lines. Default: `redactKeys()`, which hides
   * the values of fields that are named like secrets.
   */
  readonly redact?: Redact
  /**
   * Returns the JSON Schema of what a job definition's `input` accepts, for libraries whose schemas can't say it themselves: the
   * form that enqueues a job has its fields. Zod's and ArkType's can; for valibot's, give `toJsonSchema` of
   * `@valibot/to-json-schema`. What it throws is taken as "none": the form takes JSON then.
   */
  readonly jsonSchema?: JsonSchemaOf
  /** Leads from a drainer to its logs, such as `cloudWatchLogs(…)`. Default: there are no such links. */
  readonly logLink?: LogLink
  /**
   * For a database that sleeps when nobody asks it: the overview shows what was last kept, without waking it, and a button that does.
   * Other pages ask the database when somebody opens them, and don't refresh themselves. A store, such as that of
   * `createSnapshotStore` of `@sluice/aws`, also shows what other instances of the function have kept, and what `takeSnapshot`
   * of `@sluice/http/snapshot` keeps at the end of a drain; with `true`, this process keeps what somebody has looked at. Default: the
   * overview asks the database.
   */
  readonly idle?: boolean | { readonly snapshots: SnapshotStore } | undefined
  /** Receives what fails on the server's side. Default `console`. */
  readonly log?: Logger
}

/** The options, complete and checked. */
export interface Settings extends Required<Pick<DashboardOptions, "sluice" | "redact" | "log">> {
  readonly apiKeys: readonly string[]
  readonly logLink: LogLink | undefined
  readonly jsonSchema: JsonSchemaOf | undefined
  readonly identity: Identify | undefined
  /** Whether somebody without a session is asked for a key. */
  readonly takesKeys: boolean
  /** The first signs. Empty: the dashboard is closed. */
  readonly secrets: readonly string[]
  /** Without a slash at its end: empty, or `/dashboard`. */
  readonly base: string
  readonly trustedProxies: number
  readonly idleMs: number
  readonly lifetimeMs: number
  /** Undefined: the overview asks the database. */
  readonly snapshots: SnapshotStore | undefined
}
