import { randomBytes } from "node:crypto"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import type { TestProject } from "vitest/node"
import { databaseUrl } from "./database-url.ts"
import { openServer } from "./server.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** A superuser's connection string to the server that all test files share. */
    postgresUrl: string
    /** Its major version, as 18. */
    postgresVersion: number
    /** The database that every test file's own is cloned from: migrated once, in tens of milliseconds copied. */
    template: string
  }
}

/** One Postgres for the whole run. What the run creates on it is gone afterwards. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const template = `sluice_test_${randomBytes(4).toString("hex")}`
  const server = await openServer(template)
  const version = await createTemplate(server.url, template)
  const label = `PostgreSQL ${version} (${server.source})`
  console.log(`Testing on ${label}`)
  project.provide("postgresUrl", server.url)
  project.provide("postgresVersion", Number.parseInt(version, 10))
  project.provide("template", template)
  return async () => {
    await server.stop()
    console.log(`Tested on ${label}`)
  }
}

/** Returns the server's version. */
async function createTemplate(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`create database ${name}`)
  const { rows } = await client.query("show server_version")
  await client.end()
  await migrate(databaseUrl(serverUrl, name))
  return rows[0].server_version
}
