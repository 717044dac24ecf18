#!/usr/bin/env node
import { readFileSync } from "node:fs"
import { SluiceError } from "@sluice/core"
import { parseArguments } from "./arguments.ts"
import { explainDatabaseError } from "./database-error.ts"
import { help } from "./help.ts"
import { readOptions } from "./options.ts"

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  const message = explainDatabaseError(error) ?? (error instanceof SluiceError ? error.message : undefined)
  if (message === undefined) throw error
  console.error(`sluice: ${message}`)
  process.exitCode = 1
}

/** Runs the command that the arguments name, and returns the exit code. */
async function run(args: string[]): Promise<number> {
  const call = parseArguments(args)
  if (call.kind === "run") return call.command.run(readOptions(call.given, process.env), call.operand)
  process.stdout.write(call.kind === "help" ? help(call.command) : `${version()}\n`)
  return 0
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version
}
