import { doctor } from "./doctor.ts"
import { migrate } from "./migrate.ts"
import type { OptionName, Options } from "./options.ts"
import { work } from "./work.ts"

export interface Command {
  readonly summary: string
  /** The options that it takes, beside those that every command takes. */
  readonly options: readonly OptionName[]
  /** Returns the exit code. */
  readonly run: (options: Options) => Promise<number>
}

export const COMMANDS: Readonly<Record<string, Command>> = {
  migrate: {
    summary: "upgrades the database's schema to the version of this package",
    options: ["jobs", "unknown-names", "retention", "owner"],
    run: migrate,
  },
  doctor: {
    summary: "checks the database: version, schema, pooler, locks, connections, history, jobs that can't run",
    options: ["max-drainers", "json"],
    run: doctor,
  },
  work: {
    summary: "performs jobs until it receives SIGTERM or SIGINT",
    options: ["jobs", "queues", "except", "concurrency", "max-drainers", "grace", "health-port"],
    run: work,
  },
}
