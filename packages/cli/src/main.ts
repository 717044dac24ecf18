#!/usr/bin/env node
import { readFileSync } from "node:fs"
import { EXIT } from "./exit.ts"
import { type Failure, failureOf } from "./failure.ts"
import { printJson } from "./output/terminal.ts"
import { runProgram } from "./program.ts"

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit() // the reader of a pipe, such as head, has seen enough
  console.error(`sluice: the output can't be written: ${error.message}`)
  process.exit(EXIT.unchanged)
})

const args = process.argv.slice(2)
try {
  process.exitCode = await runProgram(args, version(), process.env)
} catch (error) {
  const failure = failureOf(error)
  if (args.includes("--json")) printJson({ error: errorJson(error, failure) })
  if (failure === undefined) throw error
  console.error(`sluice: ${failure.message}`)
  process.exitCode = failure.exitCode
}

/** For a program that reads the standard output, which then has one document in any case. */
function errorJson(error: unknown, failure: Failure | undefined): { code: string; message: string } {
  if (failure) return { code: failure.code, message: failure.message }
  return { code: "unexpected", message: error instanceof Error ? error.message : String(error) }
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version
}
