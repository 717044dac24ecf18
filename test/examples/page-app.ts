import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { readdir, readFile, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, expect } from "vitest"
import { readBlocks } from "../docs/pages.ts"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { ROOT } from "../support/sources.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

/** The app that a page shows: its files, as they are there, in a folder of their own, with a database of their own. */
export interface PageApp {
  readonly folder: string
  readonly database: TestDatabase
  /** Runs one of its files to its end, and returns what it prints. */
  run(file: string, ...args: string[]): Promise<string>
  /** Starts one that stays until it is killed. */
  start(file: string): RunningFile
}

export interface RunningFile {
  /** All that it has printed. */
  output(): string
  /** Ends it with a signal, and returns its exit code, or the signal. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/**
 * @param pages Of several, the later ones are a reader's next: their files replace those of the same name.
 * @param environment Beside `DATABASE_URL`.
 */
export async function createPageApp(
  pages: string | readonly string[],
  environment: Record<string, string> = {},
): Promise<PageApp> {
  const blocks = [pages].flat().flatMap((page) => {
    const ofPage = readBlocks().filter((block) => block.page === page && block.file)
    expect(ofPage.length, page).toBeGreaterThan(0)
    return ofPage
  })
  return createApp(new Map(blocks.map(({ file, text }) => [file as string, `${text}\n`])), environment)
}

/** The same for an app whose files are in a folder of the repository. */
export async function createExampleApp(
  sources: string,
  environment: Record<string, string> = {},
): Promise<PageApp> {
  const names = await readdir(join(ROOT, sources))
  const texts = await Promise.all(names.map((name) => readFile(join(ROOT, sources, name), "utf8")))
  return createApp(new Map(names.map((name, index) => [name, texts[index] as string])), environment)
}

async function createApp(
  files: ReadonlyMap<string, string>,
  environment: Record<string, string>,
): Promise<PageApp> {
  const { path: folder, remove } = await makeTemporaryFolder()
  const database = await createDatabase("template0")
  const running = new Set<RunningFile>()
  afterAll(async () => {
    await Promise.all([...running].map((file) => file.end("SIGKILL")))
    await remove()
  })
  for (const [file, text] of files) await writeFile(join(folder, file), text)
  await writeFile(join(folder, "package.json"), '{ "type": "module" }')
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"))
  const options = { cwd: folder, env: { ...process.env, DATABASE_URL: database.url, ...environment } }

  return {
    folder,
    database,
    async run(file, ...args) {
      const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], options)
      return stdout
    },
    start(file) {
      const child = spawn(process.execPath, [file], { ...options, stdio: ["ignore", "pipe", "inherit"] })
      const started = toRunningFile(child)
      running.add(started)
      return started
    },
  }
}

function toRunningFile(child: ChildProcess): RunningFile {
  let output = ""
  child.stdout?.on("data", (chunk) => {
    output += chunk
  })
  const exit = once(child, "exit")
  return {
    output: () => output,
    async end(signal) {
      child.kill(signal)
      const [code, by] = await exit
      return code ?? by
    },
  }
}
