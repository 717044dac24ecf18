import pg from "pg"
import type { Check } from "./check.ts"

export const reachable: Check = async ({ client }) => {
  await client.connect()
  // whatever the role or the database has: bare names mean Postgres' own
  await client.query("set search_path to pg_catalog, pg_temp")
  const { host, port, database = "" } = client
  return {
    check: "reachable",
    level: "ok",
    code: "connected",
    values: { host, port: String(port), database },
    text: `connected to ${host}:${port}, database ${database}`,
  }
}

/** A connection beside the first one, which tells what stands before the database. */
export async function openAnother(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  client.on("error", () => {}) // the statement that is under way rejects
  await client.connect()
  return client
}
