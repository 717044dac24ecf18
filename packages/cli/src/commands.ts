import { doctor } from "./doctor.ts"
import { importJobs, SYSTEMS } from "./import.ts"
import { migrate } from "./migrate.ts"
import type { OptionName, Options } from "./options.ts"
import { work } from "./work.ts"

export interface Command {
  readonly summary: string
  /** The options that it takes, beside those that every command takes. */
  readonly options: readonly OptionName[]
  /** What it takes before its options: one of these values. */
  readonly operand?: { readonly name: string; readonly values: readonly string[] }
  /** Returns the exit code. */
  readonly run: (options: Options, operand: string) => Promise<number>
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
  import: {
    summary: "moves the waiting jobs and schedules of another queue in this database to Sluice",
    operand: { name: "SYSTEM", values: SYSTEMS },
    options: ["from-schema", "dry-run", "map", "queue", "jobs", "crontab", "json"],
    run: importJobs,
  },
}
