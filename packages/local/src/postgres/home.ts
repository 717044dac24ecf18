import { createHash } from "node:crypto"
import { lstat, mkdir, realpath, rename, rm, rmdir, stat, symlink } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { StartError } from "../start-error.ts"
import { findBinaries, usableBinaries } from "./binaries.ts"
import { makePlace, SHARED_PLACES } from "./place.ts"
import { canUse, findServerUser, isRoot, type User } from "./user.ts"

/** All that is settled before a server can start. */
export interface Home {
  /** Whom the server runs as. */
  readonly user: User
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string
  /** Major version of the binaries, as in the cluster's PG_VERSION. */
  readonly version: string
  /** The cluster, with all links resolved. It may not exist yet. */
  readonly directory: string
}

/** Finds the user, the binaries and the folder; copies or links where the server's user could not get there. */
export async function prepareHome(dataDir: string, log: (line: string) => void): Promise<Home> {
  const binaries = findBinaries()
  const folder = await makeDataDir(resolve(dataDir))
  const cluster = join(folder, "postgres")
  const existing = await stat(cluster).catch(() => undefined)
  const user = findServerUser(existing, cluster, log)
  const directory = existing ? await reachable(cluster, user) : await placeCluster(cluster, user, log)
  const native = await usableBinaries(binaries, user, isRoot() ? SHARED_PLACES : [folder], log)
  return { user, native, version: binaries.major, directory }
}

async function makeDataDir(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true })
    const probe = join(dataDir, `.writable-${process.pid}`)
    await mkdir(probe)
    await rmdir(probe)
    return await realpath(dataDir)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new StartError(
      "data_dir_not_writable",
      `The data folder ${dataDir} can't be written to (${code}). Set SLUICE_DATA_DIR to a folder that can`,
      { cause },
    )
  }
}

async function reachable(cluster: string, user: User): Promise<string> {
  const directory = await realpath(cluster)
  if (canUse(directory, user)) return directory
  throw new StartError(
    "data_out_of_reach",
    `Postgres runs as user ${user.name} here, who can't get at the data in ${directory} any more. Give that user access again, or set SLUICE_DATA_DIR to another folder`,
  )
}

/** The path for a new cluster. Where that is not the usual one, the usual one becomes a link to it. */
async function placeCluster(cluster: string, user: User, log: (line: string) => void): Promise<string> {
  const dataDir = dirname(cluster)
  await rm(cluster, { force: true }) // It can only be a link whose target is gone.
  if (canUse(dataDir, user, "enter")) return cluster
  const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 16)
  for (const place of SHARED_PLACES) {
    if (!(await makePlace(place)) || !canUse(place, user, "enter")) continue
    const directory = join(place, hash)
    await putAside(directory, log)
    await symlink(directory, cluster)
    log(`Keeping the data in ${directory}: Postgres runs as user ${user.name}, who can't enter ${dataDir}`)
    return directory
  }
  throw new StartError(
    "data_out_of_reach",
    `Postgres can't run as root; as user ${user.name} it can enter neither ${dataDir} nor ${SHARED_PLACES.join(" or ")}. Set SLUICE_DATA_DIR to a folder that this user can enter, or DATABASE_URL to a Postgres of your own`,
  )
}

/** Data without the link to them: the data folder was deleted for a fresh start, or by mistake, so they stay once more. */
async function putAside(directory: string, log: (line: string) => void): Promise<void> {
  if (!(await lstat(directory).catch(() => undefined))) return
  await rm(`${directory}.old`, { recursive: true, force: true })
  await rename(directory, `${directory}.old`)
  log(`The data of the deleted data folder were moved to ${directory}.old`)
}
