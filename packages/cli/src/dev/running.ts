import { readFileSync } from "node:fs"
import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** What a `sluice dev` that runs in this folder says of itself, so that other commands find its database. */
interface Running {
  readonly pid: number
  readonly databaseUrl: string
  readonly schema: string
}

/** Where `sluice dev` keeps its data: the embedded database, its key, and this. */
export function dataFolder(environment: NodeJS.ProcessEnv): string {
  return environment.SLUICE_DATA_DIR || ".sluice"
}

export async function tellRunning(dataDir: string, running: Running): Promise<void> {
  await writeFile(fileIn(dataDir), JSON.stringify(running), { mode: 0o600 })
}

export async function forgetRunning(dataDir: string): Promise<void> {
  await rm(fileIn(dataDir), { force: true })
}

/** The `sluice dev` that runs in this folder, if one does. */
export function findRunning(environment: NodeJS.ProcessEnv): Running | undefined {
  try {
    const running: Running = JSON.parse(readFileSync(fileIn(dataFolder(environment)), "utf8"))
    process.kill(running.pid, 0) // throws if it was killed
    return running
  } catch {
    return undefined
  }
}

function fileIn(dataDir: string): string {
  return join(dataDir, "dev.json")
}
