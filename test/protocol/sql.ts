import { readdirSync } from "node:fs"
import { basename } from "node:path"
import { ROOT, read } from "./page.ts"

const FOLDER = "migrations/functions/"

/** The text of every SQL function in `migrations/functions/`, without its comments, by name. */
export const FUNCTIONS: ReadonlyMap<string, string> = new Map(
  readdirSync(ROOT + FOLDER, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".sql"))
    .map((path) => [basename(path, ".sql"), withoutComments(FOLDER + path)]),
)

export const TABLES = withoutComments("migrations/0001_tables.sql")

function withoutComments(path: string): string {
  return read(path).replace(/--.*$/gm, "")
}
