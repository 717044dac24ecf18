import { startPostgres } from "@sluice/local/postgres"
import pg from "pg"
import { makeTemporaryFolder } from "./temporary-folder.ts"

export interface TestServer {
  /** A superuser's connection string. */
  readonly url: string
  /** Where it comes from, for the first and the last line of a run. */
  readonly source: string
  stop(): Promise<void>
}

/**
 * The server on which the tests create their databases, all with this prefix: the one of `SLUICE_TEST_DATABASE_URL`, or
 * an embedded one that lives as long as the run. Not `DATABASE_URL`, which may be set for another purpose: the tests
 * create and drop databases and roles.
 */
export async function openServer(prefix: string): Promise<TestServer> {
  const url = process.env.SLUICE_TEST_DATABASE_URL
  if (!url) return startEmbedded()
  const source = `SLUICE_TEST_DATABASE_URL, ${new URL(url).host}`
  return { url, source, stop: () => dropDatabases(url, prefix) }
}

async function startEmbedded(): Promise<TestServer> {
  const folder = await makeTemporaryFolder()
  const postgres = await startPostgres({ dataDir: folder.path })
  await stopSyncing(postgres.url)
  return {
    url: postgres.url,
    source: "embedded",
    async stop() {
      await postgres.stop()
      await folder.remove()
    },
  }
}

/**
 * Its data are gone after the run, so nothing needs to survive a power cut. Each drop of a database ends in a checkpoint,
 * which takes longer than most tests when it waits for the disk. Servers that a test crashes are others: see cluster.ts.
 */
async function stopSyncing(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query("alter system set fsync = off")
  await client.query("select pg_reload_conf()")
  await client.end()
}

/** The template, and what a test that was cut short has left. */
async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query("select datname from pg_database where starts_with(datname, $1)", [
    prefix,
  ])
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  await client.end()
}
