#!/usr/bin/env node
import { parseArgs } from "node:util"
import { SluiceError } from "@sluice/core"
import { doctor } from "./doctor.ts"
import { migrate } from "./migrate.ts"

const USAGE = `sluice migrate   brings the database's schema to the version of this package
sluice doctor    examines the database: version, schema, pooler, locks, history

  --database-url URL   default: the environment's DATABASE_URL
  --schema NAME        default: the environment's SLUICE_SCHEMA, else sluice
  --max-drainers N     what doctor computes the room for locks with; default 10
`

const commands = { migrate, doctor }

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
  return commands[name as keyof typeof commands]({
    databaseUrl,
    schema: values.schema ?? process.env.SLUICE_SCHEMA ?? "sluice",
    maxDrainers: Number(values["max-drainers"] ?? 10),
  })
}

function parsed(args: string[]) {
  const options = {
    "database-url": { type: "string" },
    schema: { type: "string" },
    "max-drainers": { type: "string" },
    help: { type: "boolean", short: "h" },
  } as const
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new SluiceError("bad_arguments", `${(error as Error).message}\n\n${USAGE}`)
  }
}
