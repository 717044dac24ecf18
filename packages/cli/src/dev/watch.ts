import { type FSWatcher, watch } from "node:fs"
import { readdir } from "node:fs/promises"
import { join } from "node:path"

/** Folders in which nothing is that a person edits. Those that begin with a dot are left out, too. */
const LEFT_OUT = new Set(["node_modules", "dist", "build", "out", "coverage"])
/** Of what a job is made. */
const SOURCES = /\.([cm]?[jt]sx?|json|sql)$|^\.env/
/** An editor writes several files, or one several times. */
const QUIET_MS = 100
const MOST_FOLDERS = 5_000

/** Calls back once the sources below a folder have changed and are quiet again. */
export async function watchSources(folder: string, onChange: () => void): Promise<{ close(): void }> {
  const watchers = new Map<string, FSWatcher>()
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  await addFolder(folder)
  return {
    close() {
      isClosed = true
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
    },
  }

  async function addFolder(path: string): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined)
    if (!entries || isClosed || watchers.has(path) || watchers.size >= MOST_FOLDERS) return
    watchers.set(path, watchFolder(path))
    const folders = entries.filter((entry) => entry.isDirectory() && isWatched(entry.name))
    await Promise.all(folders.map(({ name }) => addFolder(join(path, name))))
  }

  function watchFolder(path: string): FSWatcher {
    const watcher = watch(path, (event, name) => {
      if (name === null || !isWatched(name)) return
      if (event === "rename") void addFolder(join(path, name)) // it may be a new folder
      if (SOURCES.test(name)) changed()
    })
    watcher.on("error", () => {
      watcher.close()
      watchers.delete(path)
    })
    return watcher
  }

  function changed(): void {
    clearTimeout(timer)
    timer = setTimeout(onChange, QUIET_MS)
  }
}

function isWatched(name: string): boolean {
  return !LEFT_OUT.has(name) && (!name.startsWith(".") || name.startsWith(".env"))
}
