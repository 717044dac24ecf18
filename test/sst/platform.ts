import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import pg from "pg"
import { inject } from "vitest"

export const ROOT = join(import.meta.dirname, "../..")

/** `sst install` without its downloads from elsewhere: SST's components come with the CLI, their modules from npm. */
export const CLI_ENVIRONMENT = {
  SST_SKIP_DEPENDENCY_CHECK: "1",
  SST_NO_BUN: "1",
  SST_TELEMETRY_DISABLED: "1",
  AWS_EC2_METADATA_DISABLED: "true",
}

const LOCK = 7_357_001

/**
 * Whether SST's components are in `.sst/platform`. Gets them when they are not, which takes about a minute once; test
 * files that want them at the same time wait for one. Where that fails, it says so, and their tests are to be skipped.
 */
export async function preparePlatform(): Promise<boolean> {
  const lock = new pg.Client({ connectionString: inject("postgresUrl") })
  await lock.connect()
  try {
    await lock.query("select pg_advisory_lock($1)", [LOCK])
    if (!isThere()) await install()
    return true
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    console.warn(`SKIPPED: SST's components could not be installed in .sst/platform: ${stderr || message}`)
    return false
  } finally {
    await lock.end()
  }
}

/** The last thing that the CLI brings are the modules. */
function isThere(): boolean {
  return existsSync(join(ROOT, ".sst/platform/node_modules/@pulumi/aws/package.json"))
}

async function install(): Promise<void> {
  console.log("Installing SST's components in .sst/platform, which takes a minute the first time")
  const env = { ...process.env, ...CLI_ENVIRONMENT }
  const options = { cwd: ROOT, env, timeout: 180_000 }
  await promisify(execFile)(join(ROOT, "node_modules/.bin/sst"), ["install", "--stage", "test"], options)
  if (!isThere()) throw new Error("`sst install` ended, but left them out")
}
