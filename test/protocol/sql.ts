import { basename } from "node:path"
import { filesOf, read, withoutComments } from "../support/sources.ts"

/** The text of every SQL function in `migrations/functions/`, without its comments, by name. */
export const FUNCTIONS: ReadonlyMap<string, string> = new Map(
  filesOf("migrations/functions", ".sql").map((path) => [
    basename(path, ".sql"),
    withoutComments(read(path)),
  ]),
)

export const TABLES = withoutComments(read("migrations/0001_tables.sql"))
