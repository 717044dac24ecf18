import { readdirSync, readFileSync } from "node:fs"

/** The root of the repository, with a slash at its end. */
export const ROOT = new URL("../../", import.meta.url).pathname

/** The text of a file, by its path from the root. */
export function read(path: string): string {
  return readFileSync(ROOT + path, "utf8")
}

/** The paths, from the root, of all files of a folder and its subfolders that end so. */
export function filesOf(folder: string, ending: string): string[] {
  return readdirSync(ROOT + folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`)
}

export function withoutComments(sql: string): string {
  return sql.replace(/--.*$/gm, "")
}
