import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"

/** One SQL file: its name without `.sql`, and its text. */
export interface SqlFile {
  readonly name: string
  readonly text: string
}

/** Everything that a schema is made of. */
export interface SqlFiles {
  /** The numbered files, in order. Each is applied once. */
  readonly migrations: readonly SqlFile[]
  /** The current text of each SQL function. */
  readonly functions: readonly SqlFile[]
  /** The current text of each view. */
  readonly views: readonly SqlFile[]
}

/** Reads a folder of migrations, with its subfolders `functions` and `views`. */
export async function readSqlFiles(directory: string): Promise<SqlFiles> {
  return {
    migrations: await readFolder(directory),
    functions: await readFolder(join(directory, "functions"), { recursive: true }),
    views: await readFolder(join(directory, "views")),
  }
}

async function readFolder(folder: string, { recursive = false } = {}): Promise<SqlFile[]> {
  const entries = await readdir(folder, { recursive })
  const paths = entries.filter((path) => path.endsWith(".sql")).toSorted()
  return Promise.all(
    paths.map(async (path) => ({
      name: basename(path, ".sql"),
      text: await readFile(join(folder, path), "utf8"),
    })),
  )
}
