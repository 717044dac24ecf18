import { execFileSync, spawnSync } from "node:child_process"
import type { Stats } from "node:fs"
import { StartError } from "../start-error.ts"

/** Whom a process runs as: without ids, whoever we are. */
export interface User {
  readonly name: string
  readonly uid?: number
  readonly gid?: number
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** An environment without the settings of the user's own Postgres, and with messages in English, which we read. */
export function processOptions({ uid, gid }: User, cwd: string) {
  return { cwd, env: { PATH, LC_ALL: "C" }, ...(uid !== undefined && gid !== undefined && { uid, gid }) }
}

/**
 * Postgres refuses to run as root, so root lends it another user: the owner of the data where there are some, else
 * `postgres`, which is made where it is missing and can be made, else `nobody`.
 */
export function findServerUser(
  data: Stats | undefined,
  directory: string,
  log: (line: string) => void,
): User {
  if (!isRoot()) {
    const uid = process.getuid?.()
    if (data && data.uid !== uid) throw foreignData(directory, data.uid)
    return { name: `with id ${uid}` }
  }
  if (data && data.uid !== 0) return { name: `with id ${data.uid}`, uid: data.uid, gid: data.gid }
  const user = lookUp("postgres") ?? lookUp("_postgres") ?? makeUser(log) ?? lookUp("nobody")
  if (user) return user
  throw new StartError(
    "no_server_user",
    "Postgres can't run as root, and this machine has no user postgres or nobody, nor a way to make one. Start as an ordinary user, or set DATABASE_URL to a Postgres of your own",
  )
}

/** Asks the system itself, by acting as that user: permissions, access lists and mounts all have a say. */
export function canUse(folder: string, user: User, need: "enter" | "write" = "write"): boolean {
  const test = need === "enter" ? 'cd "$1"' : 'cd "$1" && test -w .'
  return succeeds("/bin/sh", ["-c", test, "sh", folder], user)
}

export function succeeds(file: string, parameters: string[], user: User): boolean {
  const { status, error } = spawnSync(file, parameters, { ...processOptions(user, "/"), stdio: "ignore" })
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  if (user.uid !== undefined && (code === "EPERM" || code === "EINVAL")) {
    throw new StartError(
      "user_change_refused",
      `Postgres can't run as root, and this system does not let root run it as user ${user.name}. Start as an ordinary user, or set DATABASE_URL to a Postgres of your own`,
      { cause: error },
    )
  }
  return status === 0
}

function lookUp(name: string): User | undefined {
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(tryRun("id", [flag, name]) ?? Number.NaN))
  return uid && gid ? { name, uid, gid } : undefined
}

function makeUser(log: (line: string) => void): User | undefined {
  tryRun("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/bin/false", "postgres"])
  const user = lookUp("postgres")
  if (user) log("Made the system user postgres, because Postgres can't run as root")
  return user
}

function tryRun(file: string, parameters: string[]): string | undefined {
  try {
    return execFileSync(file, parameters, {
      env: { PATH },
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
    }).trim()
  } catch {
    return undefined
  }
}

function foreignData(directory: string, owner: number): StartError {
  return new StartError(
    "data_of_other_user",
    `The data in ${directory} belong to the user with id ${owner}, from an earlier start as root or as that user. Start as that user, or set SLUICE_DATA_DIR to another folder`,
  )
}
