import { type ChildProcess, execFile, spawn } from "node:child_process"
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, delimiter, join, resolve } from "node:path"
import { promisify } from "node:util"
import { packedPackages } from "../support/packed.ts"

const FIXTURES = join(import.meta.dirname, "fixtures")
const EXAMPLES = join(import.meta.dirname, "../../examples")
/** What an app's own commands have made in its folder. */
const UNCOPIED = /\/(node_modules|\.next|\.open-next|\.sluice)$/
/** What npm says when it can't reach its registry. */
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/

/** An app outside the repository that has installed the packages. */
export interface Consumer {
  readonly folder: string
  /** Runs a command in the app, or in a folder of it, and returns what it printed. Rejects if it fails. */
  run(command: readonly string[], options?: RunOptions): Promise<string>
  /** Starts a command that runs until it is stopped. */
  start(command: readonly string[], options?: RunOptions): Running
  remove(): Promise<void>
}

export interface RunOptions {
  /** Absolute, or relative to the app. Default: the app. */
  readonly in?: string
  readonly env?: Readonly<Record<string, string>>
  /** The folder of the `node` that the app runs on. Default: the one that runs the tests. */
  readonly node?: string | undefined
}

export interface Running {
  /** What it has printed so far. */
  readonly output: string
  /** Interrupts it and what it has started, as Ctrl-C does in a terminal, and resolves to the exit code. */
  stop(): Promise<number | null>
}

/**
 * Copies a fixture into a temporary folder and installs what it depends on, with the packages from their archives.
 * Returns undefined, and says so, if that needs the registry and it can't be reached.
 */
export async function installConsumer(
  fixture: string,
  versions: Readonly<Record<string, string>> = {},
): Promise<Consumer | undefined> {
  return install(join(FIXTURES, fixture), { ...(await packedPackages()), ...versions })
}

/**
 * The same for an app of the folder `examples`.
 *
 * @param without Packages for development that the test has no use for.
 */
export async function installExample(
  name: string,
  without: readonly string[] = [],
): Promise<Consumer | undefined> {
  return install(join(EXAMPLES, name), await packedPackages(), without)
}

async function install(
  source: string,
  versions: Readonly<Record<string, string>>,
  without: readonly string[] = [],
): Promise<Consumer | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-consumer-"))
  await cp(source, folder, { recursive: true, filter: (path) => !UNCOPIED.test(path) })
  await dependOn(folder, versions, without)
  const consumer = consumerIn(folder)
  try {
    await consumer.run(["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=0"])
    return consumer
  } catch (error) {
    await consumer.remove()
    if (!isUnreachable(error)) throw error
    console.warn(
      `SKIPPED: the app ${basename(source)} can't be installed, because the registry isn't reachable`,
    )
    return undefined
  }
}

/** An app of nothing yet. */
export async function emptyConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-consumer-"))
  await chmod(folder, 0o755) // the embedded Postgres may run as another user
  return consumerIn(folder)
}

/** Whether what npm says means that the registry can't be reached: then the test says that it was skipped. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.test((error as Error).message)
}

async function dependOn(
  folder: string,
  versions: Readonly<Record<string, string>>,
  without: readonly string[],
): Promise<void> {
  const path = join(folder, "package.json")
  const manifest = JSON.parse(await readFile(path, "utf8"))
  const isWanted = ([name]: [string, unknown]) => !without.includes(name) && !(name in versions)
  const devDependencies = Object.fromEntries(Object.entries(manifest.devDependencies ?? {}).filter(isWanted))
  const dependencies = { ...manifest.dependencies, ...versions }
  await writeFile(path, JSON.stringify({ ...manifest, dependencies, devDependencies }, null, 2))
}

function consumerIn(folder: string): Consumer {
  const running = new Set<ChildProcess>()
  return {
    folder,
    async run([command = "", ...args], options = {}) {
      const { stdout, stderr } = await promisify(execFile)(command, args, spawnOptions(folder, options))
      return stdout + stderr
    },
    start([command = "", ...args], options = {}) {
      const child = spawn(command, args, { ...spawnOptions(folder, options), detached: true })
      running.add(child)
      return follow(child)
    },
    async remove() {
      for (const child of running) signalGroup(child, "SIGKILL")
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function spawnOptions(
  folder: string,
  { in: place = ".", env, node = join(process.execPath, "..") }: RunOptions,
) {
  return {
    cwd: resolve(folder, place),
    env: { ...shellEnvironment(), PATH: `${node}${delimiter}${process.env.PATH}`, ...env },
    maxBuffer: 64 * 1024 * 1024,
  }
}

/** What the tests, Vitest and the npm that runs them have set isn't in a user's shell. */
function shellEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(SLUICE_|VITEST|TEST$|MODE$|NODE_ENV$|NODE_COMPILE_CACHE$|DATABASE_URL$|INIT_CWD$|npm_(?!config_registry))/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))
}

function follow(child: ChildProcess): Running {
  let output = ""
  child.stdout?.on("data", (chunk) => (output += chunk))
  child.stderr?.on("data", (chunk) => (output += chunk))
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve)
  })
  return {
    get output() {
      return output
    },
    stop() {
      signalGroup(child, "SIGINT")
      return exit
    },
  }
}

/** `npx` starts a shell, which starts the command. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal)
  } catch {
    // all of it has ended
  }
}
