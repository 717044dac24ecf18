import type { Finding } from "@sluice/core"
import type { Client } from "pg"
import type { Options } from "../options.ts"

/** What is examined: the database behind a connection, with the settings of its drainers. */
export interface Subject extends Pick<Options, "databaseUrl" | "schema" | "maxDrainers"> {
  readonly client: Client
}

/** Looks at what only a connection of its own can tell. An error counts as a finding. */
export type Check = (subject: Subject) => Promise<Finding>
