#!/usr/bin/env node
import { parseArgs } from "node:util"
import { SluiceError } from "@sluice/core"
import { doctor } from "./doctor.ts"
import { migrate } from "./migrate.ts"
import { work } from "./work.ts"

const USAGE = `sluice migrate   brings the database's schema to the version of this package
sluice doctor    examines the database: version, schema, pooler, locks, connections, history, jobs that can't run
sluice work      performs jobs until it is told to stop, by SIGTERM or SIGINT

  --database-url URL   default: the environment's DATABASE_URL
  --schema NAME        default: the environment's SLUICE_SCHEMA, else sluice
  --max-drainers N     drainers at work at once, over all processes and functions; default 10

  of work:
  --jobs FILE          a module that exports job definitions, or lists of them
  --concurrency N      jobs performed at once; default 20
  --grace DURATION     what running jobs are given at the end, such as 25s; default 25s
  --health-port PORT   serves GET /health: 200 while it works, else 503
`

const commands = { migrate, doctor, work }

export type Options = ReturnType<typeof optionsOf>

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SluiceError)) throw error
  console.error(`sluice: ${error.message}`)
  process.exitCode = 1
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parsed(args)
  const name = positionals[0] ?? ""
  if (values.help) {
    process.stdout.write(USAGE)
    return 0
  }
  if (!Object.hasOwn(commands, name) || positionals.length > 1) {
    throw new SluiceError(
      "unknown_command",
      `There is no command ${JSON.stringify(positionals.join(" "))}.\n\n${USAGE}`,
    )
  }
  const databaseUrl = values["database-url"] ?? process.env.DATABASE_URL
  if (!databaseUrl)
    throw new SluiceError("no_database", "Which database? Give --database-url, or set DATABASE_URL")
  return commands[name as keyof typeof commands](optionsOf(values, databaseUrl))
}

function optionsOf(values: ReturnType<typeof parsed>["values"], databaseUrl: string) {
  const healthPort = values["health-port"]
  return {
    databaseUrl,
    schema: values.schema ?? process.env.SLUICE_SCHEMA ?? "sluice",
    maxDrainers: Number(values["max-drainers"] ?? 10),
    jobs: values.jobs,
    concurrency: Number(values.concurrency ?? 20),
    grace: values.grace ?? "25s",
    healthPort: healthPort === undefined ? undefined : Number(healthPort),
  }
}

function parsed(args: string[]) {
  const options = {
    "database-url": { type: "string" },
    schema: { type: "string" },
    "max-drainers": { type: "string" },
    jobs: { type: "string" },
    concurrency: { type: "string" },
    grace: { type: "string" },
    "health-port": { type: "string" },
    help: { type: "boolean", short: "h" },
  } as const
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new SluiceError("bad_arguments", `${(error as Error).message}\n\n${USAGE}`)
  }
}
