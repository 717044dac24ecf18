import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import type { TestProject } from "vitest/node"
import { startPostgres } from "../../packages/local/src/postgres.ts"
import { makeTemporaryFolder } from "./temporary-folder.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** A superuser's connection string to the server that all test files share. */
    postgresUrl: string
  }
}

/** The database that every test file's own is cloned from: migrated once, in tens of milliseconds copied. */
export const TEMPLATE = "sluice_template"

/** One Postgres for the whole run, gone afterwards. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = await makeTemporaryFolder()
  const postgres = await startPostgres({ dataDir: folder.path })
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await client.query(`create database ${TEMPLATE}`)
  await client.end()
  await migrate(databaseUrl(postgres.url, TEMPLATE))
  project.provide("postgresUrl", postgres.url)
  return async () => {
    await postgres.stop()
    await folder.remove()
  }
}

export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}
