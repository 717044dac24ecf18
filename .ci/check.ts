// `npm run check`: all that can be said of the code without running it. Each step is an npm script of its own. All of
// them are run, two at a time; what the failed ones said comes at the end.
import { spawn } from "node:child_process"
import { glob, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { parseArgs } from "node:util"

interface Step {
  readonly name: string
  readonly passed: boolean
  readonly output: string
}

const { report } = parseArgs({ options: { report: { type: "string" } } }).values
const steps = (await Promise.all([checkSources(), checkPackages()])).flat()
const failed = steps.filter((step) => !step.passed)

for (const { name, output } of failed) console.log(`\n── ${name} ──\n${output.trim()}`)
if (report)
  await writeFile(report, JSON.stringify({ passed: steps.length - failed.length, failed: failed.length }))
process.exitCode = failed.length > 0 ? 1 : 0

async function checkSources(): Promise<Step[]> {
  return [
    await run("check:lint"),
    await run("check:imports"),
    await run("check:unused"),
    await run("check:types"),
  ]
}

/** Builds what would be published, and looks at it with the eyes of those who install it. */
async function checkPackages(): Promise<Step[]> {
  const steps = [await run("build")]
  if (!steps[0]?.passed) return steps
  for await (const manifest of glob("packages/*/dist/package.json")) {
    steps.push(await run("check:publint", dirname(manifest)), await run("check:attw", dirname(manifest)))
  }
  steps.push(await run("check:consumer"))
  return steps
}

function run(script: string, ...parameters: string[]): Promise<Step> {
  const name = [script, ...parameters].join(" ")
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<Step>()
  const child = spawn(process.execPath, ["--run", script, "--", ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  child.stdout.on("data", (chunk) => (output += chunk))
  child.stderr.on("data", (chunk) => (output += chunk))
  child.on("close", (code) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
    console.log(`${code === 0 ? "ok  " : "FAIL"}  ${name}  ${seconds} s`)
    resolve({ name, passed: code === 0, output })
  })
  return promise
}
