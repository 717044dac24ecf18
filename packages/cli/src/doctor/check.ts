import type { Client } from "pg"
import type { Options } from "../options.ts"

/** What is examined: the database behind a connection, with the settings of its drainers. */
export interface Subject extends Pick<Options, "databaseUrl" | "schema" | "maxDrainers"> {
  readonly client: Client
}

export interface Finding {
  /** `note`: nothing is wrong, but worth knowing. `wrong`: jobs can't run, or won't soon. */
  readonly level: "ok" | "note" | "wrong"
  readonly text: string
}

/** Looks at one thing. An error counts as a finding. */
export type Check = (subject: Subject) => Promise<Finding>
