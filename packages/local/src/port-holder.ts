import { readdir, readFile, readlink } from "node:fs/promises"

/** The state of a socket that listens, in `/proc/net/tcp`. */
const LISTENS = "0A"

/**
 * Which process listens on a port of this machine: `process 4711 (node worker.ts)`. Undefined where that can't be told: of another
 * user's process, and on systems without `/proc`.
 */
export async function portHolder(port: number): Promise<string | undefined> {
  try {
    const inode = (await inodeOf("/proc/net/tcp", port)) ?? (await inodeOf("/proc/net/tcp6", port))
    return inode === undefined ? undefined : await holderOf(inode)
  } catch {
    return undefined
  }
}

/** The number of the socket that listens on the port. */
async function inodeOf(table: string, port: number): Promise<string | undefined> {
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`
  for (const line of (await readFile(table, "utf8")).split("\n")) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
    if (state === LISTENS && local?.endsWith(end)) return inode
  }
  return undefined
}

async function holderOf(inode: string): Promise<string | undefined> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)))
    if (await hasSocket(pid, inode)) return `process ${pid} (${await commandOf(pid)})`
  return undefined
}

/** Processes end meanwhile, and those of others may not be read. */
async function hasSocket(pid: string, inode: string): Promise<boolean> {
  const open = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const targets = open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => ""))
  return (await Promise.all(targets)).includes(`socket:[${inode}]`)
}

/** The words of its command line without the folders, which may be long, and without what follows: that may be secret. */
async function commandOf(pid: string): Promise<string> {
  const words = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0")
  return words
    .slice(0, 2)
    .filter((word) => word !== "" && !word.startsWith("-"))
    .map((word) => word.split("/").at(-1))
    .join(" ")
}
