#!/usr/bin/env node
import { readFileSync } from "node:fs"
import { failureOf } from "./failure.ts"
import { runProgram } from "./program.ts"

// the reader of a pipe, such as head, has seen enough
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error
  process.exit()
})

try {
  process.exitCode = await runProgram(process.argv.slice(2), version(), process.env)
} catch (error) {
  const failure = failureOf(error)
  if (failure === undefined) throw error
  console.error(`sluice: ${failure.message}`)
  process.exitCode = failure.exitCode
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version
}
