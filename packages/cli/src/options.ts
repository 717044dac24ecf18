import { parseArgs } from "node:util"
import { SluiceError } from "@sluice/core"

export const USAGE = `sluice migrate   upgrades the database's schema to the version of this package
sluice doctor    checks the database: version, schema, pooler, locks, connections, history, jobs that can't run
sluice work      performs jobs until it receives SIGTERM or SIGINT

  --database-url URL   default: the environment variable DATABASE_URL
  --schema NAME        default: the environment variable SLUICE_SCHEMA, else sluice
  --max-drainers N     drainers at work at the same time, over all processes and functions; default 10

  Options of work:
  --jobs FILE          a module that exports job definitions, or lists of them
  --concurrency N      jobs performed at the same time; default 20
  --grace DURATION     how long running jobs may continue after a signal, such as 25s; default 25s
  --health-port PORT   serves GET /health: 200 while the process works, else 503
`

export interface Options {
  readonly databaseUrl: string
  readonly schema: string
  readonly maxDrainers: number
  readonly jobs: string | undefined
  readonly concurrency: number
  readonly grace: string
  readonly healthPort: number | undefined
}

/** The command line, with what it leaves out read from the environment. */
export function readOptions(values: Arguments["values"], environment: NodeJS.ProcessEnv): Options {
  const databaseUrl = values["database-url"] ?? environment.DATABASE_URL
  if (!databaseUrl)
    throw new SluiceError("no_database", "Which database? Give --database-url, or set DATABASE_URL")
  const healthPort = values["health-port"]
  return {
    databaseUrl,
    schema: values.schema ?? environment.SLUICE_SCHEMA ?? "sluice",
    maxDrainers: Number(values["max-drainers"] ?? 10),
    jobs: values.jobs,
    concurrency: Number(values.concurrency ?? 20),
    grace: values.grace ?? "25s",
    healthPort: healthPort === undefined ? undefined : parsePort(healthPort),
  }
}

export type Arguments = ReturnType<typeof parseArguments>

export function parseArguments(args: string[]) {
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

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new SluiceError(
    "bad_arguments",
    `--health-port is ${JSON.stringify(text)}: give a number up to 65535`,
  )
}
