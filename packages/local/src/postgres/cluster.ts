import { type SpawnOptions, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { chown, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { StartError } from "../start-error.ts"
import type { Home } from "./home.ts"
import { buildWhole } from "./place.ts"
import { processOptions, type User } from "./user.ts"

const PASSWORD_FILE = "postgres.password"

/**
 * Its superuser. Not named as Sluice's schema: a role's own schema comes first in its path, so the tables of an app that
 * connects as this role would come to lie among Sluice's.
 */
export const ROLE = "postgres"

/** Makes the cluster, unless it is there. It appears whole or not at all, so that a kill on the way does no harm. */
export async function createCluster(home: Home, log: (line: string) => void): Promise<void> {
  const version = await readFile(join(home.directory, "PG_VERSION"), "utf8").catch(() => undefined)
  if (version !== undefined) {
    refuseOtherVersion(version.trim(), home)
    return refuseDraft(home)
  }
  log(`Making a Postgres cluster in ${home.directory}`)
  await buildWhole(home.directory, (workshop) => initialise(workshop, home))
}

/** Made with the cluster, and kept in it, readable by its owner alone. */
export async function readPassword(directory: string): Promise<string> {
  return (await readFile(join(directory, PASSWORD_FILE), "utf8")).trim()
}

function refuseOtherVersion(version: string, home: Home): void {
  if (version === home.version) return
  throw new StartError(
    "data_of_other_version",
    `The data in ${home.directory} are of PostgreSQL ${version}, the binaries of ${home.version}. Dump and restore them, or set SLUICE_DATA_DIR to another folder to start afresh`,
  )
}

/** Before the first release the role was named as the schema. */
function refuseDraft(home: Home): void {
  if (existsSync(join(home.directory, PASSWORD_FILE))) return
  throw new StartError(
    "data_of_draft",
    `The data in ${home.directory} were made by a version from before the first release, and can't be used any more. Remove that folder, or set SLUICE_DATA_DIR to another, to start afresh`,
  )
}

async function initialise(workshop: string, home: Home): Promise<string> {
  const data = join(workshop, "data")
  const passwordFile = join(workshop, PASSWORD_FILE)
  await own(workshop, home.user)
  await writeFile(passwordFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 })
  await own(passwordFile, home.user)
  const flags = [
    `--pgdata=${data}`,
    "--no-instructions",
    `--username=${ROLE}`,
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    // Postgres' own C.UTF-8, since the locales of systems differ, and macOS lacks this one.
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    // As hosted databases have it.
    "--set=timezone=UTC",
    "--set=log_timezone=UTC",
    // A checkpoint is no news on a machine of one's own. fsync stays on: what was stored is stored.
    "--set=log_checkpoints=off",
    "--set=max_connections=100",
  ]
  const failure = await run(join(home.native, "bin/initdb"), flags, processOptions(home.user, workshop))
  if (failure !== undefined) {
    throw new StartError(
      "cluster_failed",
      `Postgres could not make its data in ${home.directory}: ${failure}. Set SLUICE_DATA_DIR to a folder on a local disk with room, or DATABASE_URL to a Postgres of your own`,
    )
  }
  await rename(passwordFile, join(data, PASSWORD_FILE))
  return data
}

/** What it complained of, if it failed. In a process group of its own, so that Ctrl-C doesn't end it with noise. */
async function run(program: string, flags: string[], options: SpawnOptions): Promise<string | undefined> {
  const child = spawn(program, flags, { ...options, detached: true, stdio: ["ignore", "ignore", "pipe"] })
  const exited = new Promise<string | number | null>((resolve) => {
    child.on("error", (error) => resolve(error.message))
    child.on("close", (code, signal) => resolve(signal ?? code))
  })
  const complaints = child.stderr ? await text(child.stderr) : ""
  const outcome = await exited
  if (outcome === 0) return undefined
  return /(?:error|FATAL|PANIC): +(.*)/.exec(complaints)?.[1] ?? `initdb ended with ${outcome}`
}

async function own(path: string, { uid, gid }: User): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid)
}
