import { chmod, lstat, mkdir, readdir, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { isRoot } from "./user.ts"

/** Where root keeps what its own folders hide from the server's user: the first that works. */
export const SHARED_PLACES: readonly string[] = ["/var/lib/sluice", "/var/tmp/sluice"]

/** Makes the folder if need be. False where root finds one that isn't root's alone: what it runs from there could be anyone's. */
export async function makePlace(place: string): Promise<boolean> {
  try {
    const made = await mkdir(place, { recursive: true })
    if (!isRoot()) return true
    if (made) await chmod(place, 0o755) // Whatever root's umask is: others must be able to enter.
    const found = await lstat(place)
    return found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0
  } catch {
    return false
  }
}

/** Builds a folder next to where it belongs and gives it its name last, so that it is there whole or not at all. */
export async function buildWhole(target: string, build: (folder: string) => Promise<string>): Promise<void> {
  await removeUnfinished(target)
  const workshop = `${target}.new-${process.pid}`
  try {
    await mkdir(workshop, { mode: 0o700 })
    await rename(await build(workshop), target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Another start was quicker, and what it made is as good.
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
}

/** Those of starts that were killed on the way. */
async function removeUnfinished(target: string): Promise<void> {
  const prefix = `${basename(target)}.new-`
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix) || isOtherProcess(Number(name.slice(prefix.length)))) continue
    await rm(join(dirname(target), name), { recursive: true, force: true })
  }
}

function isOtherProcess(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}
