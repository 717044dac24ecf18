import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { SluiceError } from "../errors.ts"
import { readSqlFiles, type SqlFiles } from "./sql-files.ts"

/**
 * Returns the SQL files of this version. In the published package this module consists of their texts, which
 * tsdown.config.ts puts here, so that any bundle contains them. In the repository they are read from its folder.
 */
export async function bundledFiles(): Promise<SqlFiles> {
  return readSqlFiles(repositoryFolder())
}

/** A bundle of these sources doesn't find the folder; one in CommonJS format doesn't know its own location either. */
function repositoryFolder(): string {
  const here = import.meta.url as string | undefined
  const folder = here && fileURLToPath(new URL("../../../../migrations", here))
  if (folder && existsSync(folder)) return folder
  throw new SluiceError(
    "migrations_missing",
    "This code was bundled from Sluice's sources, which don't contain the SQL files: pass the folder's location, migrate(database, { directory }), or bundle the published package",
  )
}
