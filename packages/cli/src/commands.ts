import type { Command } from "./command.ts"
import { doctor } from "./doctor.ts"
import { importJobs, SYSTEMS } from "./import.ts"
import { migrate } from "./migrate.ts"
import { work } from "./work.ts"

/** Every command by what is typed, in the order in which help lists them. */
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
    summary: "moves the waiting jobs and the schedules of another queue in this database to Sluice",
    takes: { "<system>": SYSTEMS.join(", ") },
    options: ["from-schema", "map", "set-queue", "jobs", "crontab", "dry-run", "json"],
    examples: {
      "sluice import pg-boss --dry-run": "shows what would be moved",
      "sluice import good_job --jobs ./jobs.ts --map WelcomeJob=welcome": "checks the payloads, and renames",
    },
    run: importJobs,
  },
}

/** What the commands that begin with a word have in common. */
export const GROUPS: Readonly<Record<string, string>> = {}
