import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { packedPackages } from "../support/packed.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"
import { type Block, readBlocks } from "./pages.ts"

const run = promisify(execFile)
const WELCOME = "Welcome, ada@example.org"
/** What npm says when it can't reach its registry. */
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/

const database = await createDatabase("template0")
const app = await makeTemporaryFolder()
afterAll(app.remove)

const archives = await packedPackages()
const environment: Record<string, string | undefined> = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  npm_config_prefer_offline: "true",
  npm_config_audit: "false",
  npm_config_fund: "false",
}
delete environment.DATABASE_URL

const [installation, ...rest] = blocksOf("README.md", "In your own app")
const isInstalled = await install()

test.skipIf(!isInstalled)(
  "the README's section for the reader's own app, block by block, performs a job",
  async () => {
    const outputs: string[] = []
    for (const block of rest) outputs.push(await follow(block))

    expect(outputs.join("\n")).toMatch(/id: '1',\s+status: 'enqueued',\s+state: 'ready'/)
    expect(outputs.join("\n")).toContain(WELCOME)
  },
)

test.skipIf(!isInstalled)("the worker of the command line performs the same jobs", async () => {
  await runLine("node enqueue.ts")
  expect(await runWorker("npx sluice work --jobs ./jobs.ts")).toContain(WELCOME)
})

test.skipIf(!isInstalled)("the test on the page about tests passes", async () => {
  for (const block of blocksOf("docs/testing.md", "Testing your jobs")) await follow(block)
  environment.TEST_DATABASE_URL = database.url
  expect(await runLine("node --test welcome.test.ts")).toMatch(/pass 1\n[\s\S]*fail 0\n/)
})

/** Follows the section's first block, which installs and migrates. Returns false if the registry can't be reached. */
async function install(): Promise<boolean> {
  try {
    await follow(installation ?? expect.unreachable())
    return true
  } catch (error) {
    if (!UNREACHABLE.test((error as Error).message)) throw error
    console.warn("SKIPPED: the README's app can't be installed, because npm's registry isn't reachable")
    return false
  }
}

function blocksOf(page: string, section: string): Block[] {
  const blocks = readBlocks().filter((block) => block.page === page && block.section === section)
  expect(blocks).not.toEqual([])
  return blocks
}

/** Does with a block what its reader does: saves a file, or runs the commands. Returns what they print. */
async function follow({ file, language, text }: Block): Promise<string> {
  if (language !== "sh") {
    await writeFile(join(app.path, file ?? expect.unreachable(`a file needs its name: ${text}`)), text)
    return ""
  }
  const outputs: string[] = []
  for (const line of text.split("\n")) outputs.push(await runLine(line.replace(/\s+#.*$/, "")))
  return outputs.join("")
}

async function runLine(line: string): Promise<string> {
  if (line === "") return ""
  if (/^export DATABASE_URL=/.test(line)) {
    environment.DATABASE_URL = database.url
    return ""
  }
  if (line === "node worker.ts") return runWorker(line)
  const { stdout } = await run("bash", ["-c", withArchives(line)], { cwd: app.path, env: environment })
  return stdout
}

/**
 * Nothing is published where tests run, so what would come from the registry comes from the archives, with the packages that
 * the command line depends on.
 */
function withArchives(line: string): string {
  if (!line.startsWith("npm install")) return line
  const complete = line.replace("@sluice/cli", "@sluice/http @sluice/cli")
  return complete.replace(/@sluice\/\w+/g, (name) => archives[name] ?? name)
}

/** Runs a worker until it has performed a job, and then presses Ctrl-C. */
async function runWorker(line: string): Promise<string> {
  const worker = spawn("bash", ["-c", line], { cwd: app.path, env: environment, detached: true })
  const closed = once(worker, "close")
  try {
    const output = await outputUntil(worker, WELCOME)
    signalGroup(worker, "SIGINT")
    const [code, signal] = await closed
    expect([0, "SIGINT"]).toContain(code ?? signal) // npx ends itself by the signal
    return output
  } finally {
    signalGroup(worker, "SIGKILL")
  }
}

/** A terminal sends its signals to npx and to what it has started. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal)
  } catch {
    // all of it has ended
  }
}

async function outputUntil(child: ChildProcess, expected: string): Promise<string> {
  let output = ""
  return await new Promise((resolve, reject) => {
    const add = (chunk: Buffer) => {
      output += chunk
      if (output.includes(expected)) resolve(output)
    }
    child.stdout?.on("data", add)
    child.stderr?.on("data", add)
    child.once("exit", () => reject(new Error(`The worker ended before it printed ${expected}:\n${output}`)))
  })
}
