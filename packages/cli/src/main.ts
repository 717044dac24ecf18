#!/usr/bin/env node
import { SluiceError } from "@sluice/core"
import { doctor } from "./doctor.ts"
import { migrate } from "./migrate.ts"
import { parseArguments, readOptions, USAGE } from "./options.ts"
import { work } from "./work.ts"

const COMMANDS = { migrate, doctor, work }

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SluiceError)) throw error
  console.error(`sluice: ${error.message}`)
  process.exitCode = 1
}

/** Runs the command that the arguments name, and returns the exit code. */
async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArguments(args)
  if (values.help) {
    process.stdout.write(USAGE)
    return 0
  }
  const [name = ""] = positionals
  if (!isCommand(name) || positionals.length > 1) {
    throw new SluiceError(
      "unknown_command",
      `There is no command ${JSON.stringify(positionals.join(" "))}.\n\n${USAGE}`,
    )
  }
  return COMMANDS[name](readOptions(values, process.env))
}

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name)
}
